#pragma once

#include <string>

#include "packet/frame.h"

namespace xdpbench::packet {

// What parse_expected_field() (packet/expected.h) takes for the value that the field of that name
// has in the frame; "absent" if the frame has none.
[[nodiscard]] std::string field_value(const std::string& name, const Frame& frame);

}  // namespace xdpbench::packet
