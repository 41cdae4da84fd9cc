// The part `checks` of a scenario.
#pragma once

#include <vector>

#include "base/result.h"
#include "scenario/reader.h"
#include "scenario/scenario.h"

namespace xdpbench::scenario {

Result<std::vector<Check>> read_checks(const YamlNode& node);

}  // namespace xdpbench::scenario
