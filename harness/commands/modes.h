// The values of --mode.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "scenario/scenario.h"

namespace xdpbench::commands {

// One attach mode.
Result<model::Mode> parse_mode(const std::string& name);

// Several: each once, in the order given; "all" means all of them.
Result<std::vector<model::Mode>> parse_modes(const std::vector<std::string>& names);

}  // namespace xdpbench::commands
