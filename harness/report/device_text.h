// What `doctor --dev` found out about an interface, for a person.
#pragma once

#include <string>

#include "report/model.h"

namespace xdpbench {

[[nodiscard]] std::string device_text(const DeviceRecord& device);

}  // namespace xdpbench
