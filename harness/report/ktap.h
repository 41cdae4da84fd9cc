#pragma once

#include <string>

#include "report/entry.h"

namespace xdpbench::report {

// KTAP version 1 (the kernel's Documentation/dev-tools/ktap.rst): one result line a case, the
// message of one that did not pass in diagnostic lines before it. An error and an invalid
// measurement are "not ok".
[[nodiscard]] std::string to_ktap(const Source& source);

}  // namespace xdpbench::report
