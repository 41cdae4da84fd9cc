// What `doctor --dev` found out about an interface, for a person.
#pragma once

#include <string>

#include "model/run.h"

namespace xdpbench::report {

[[nodiscard]] std::string device_text(const model::DeviceRecord& device);

}  // namespace xdpbench::report
