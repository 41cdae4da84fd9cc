#pragma once

#include <string>

#include "report/load.h"

namespace xdpbench {

// The lines about one record that has trials, for a person.
[[nodiscard]] std::string load_text(const LoadRecord& load);

}  // namespace xdpbench
