// Network interfaces in a configuration: "interface:NAME" stands for the index of the interface of
// that name, which is known only once the network exists. Maps of redirect targets (DEVMAP) and
// globals take it wherever they take an integer.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "scenario/scenario.h"

namespace xdpbench::scenario {

// By name, in the namespace of the program.
using InterfaceIndexes = std::map<std::string, unsigned>;

[[nodiscard]] bool names_interfaces(const Configuration& configuration);

// The configuration with every "interface:NAME" replaced by the number. A name that is not among
// `indexes` is an error with its place, and lists those that are.
Result<Configuration> with_indexes(Configuration configuration, const InterfaceIndexes& indexes);

}  // namespace xdpbench::scenario
