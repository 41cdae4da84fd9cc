// The network that a target's program works in, with what its scenario puts there.
#pragma once

#include <cstddef>

#include "base/result.h"
#include "net/network.h"
#include "target/target.h"

namespace xdpbench::target {

// As net::Network::create(), of the target's kind, with the devices, addresses, routes, neighbours
// and sysctls of its scenario in the program's namespace. They refer to the first link.
Result<net::Network> make_network(const Target& target, std::size_t links,
                                  std::size_t longest_frame, std::size_t queues = 1);

}  // namespace xdpbench::target
