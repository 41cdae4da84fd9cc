// What a qualification has to say of the card and the machine: its header.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "qualify/context.h"

namespace xdpbench::qualify {

using Facts = std::vector<std::pair<std::string, std::string>>;

// Driver, firmware, PCI slot and link, NUMA node, link speed, queues, RSS, rings, coalescing,
// offloads, interrupts, declared features, then the machine. What nobody says is left out.
Result<Facts> describe_card(const Context& context);

}  // namespace xdpbench::qualify
