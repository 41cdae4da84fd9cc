#pragma once

#include <string>

#include "model/load.h"

namespace xdpbench::report {

// The lines about one record that has trials, for a person.
[[nodiscard]] std::string load_text(const model::LoadRecord& load);

}  // namespace xdpbench::report
