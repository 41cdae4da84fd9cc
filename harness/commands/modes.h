#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "scenario/scenario.h"

namespace xdpbench::commands {

// Attach modes as typed after --mode: each once, in the order given; "all" stands for all of them.
Result<std::vector<model::Mode>> parse_modes(const std::vector<std::string>& names);

}  // namespace xdpbench::commands
