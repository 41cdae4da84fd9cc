#pragma once

#include "base/result.h"
#include "scenario/reader.h"
#include "scenario/scenario.h"

namespace xdpbench::scenario {

// `network`: devices, addresses, routes, neighbours and sysctls of the program's namespace.
Result<NetworkSetup> read_network_setup(const YamlNode& node);

}  // namespace xdpbench::scenario
