#pragma once

#include "base/result.h"
#include "scenario/reader.h"
#include "scenario/scenario.h"

namespace xdpbench::scenario {

// The key `lan` of a scenario.
Result<Lan> read_lan(const YamlNode& node);

}  // namespace xdpbench::scenario
