// A small LAN of hosts with stacks of their own, for real tools: ping and its like.
#pragma once

#include <vector>

#include "base/result.h"
#include "net/network.h"
#include "scenario/scenario.h"

namespace xdpbench::net {

// Hosts in namespaces of their own, joined by a bridge in another one. ARP is on and IPv6 silent.
// Checksums are computed before a packet leaves, so that they are right on the wire. There are a
// host `client` and a host `dut`.
Result<Network> make_lan(const std::vector<scenario::LanAddress>& addresses);

}  // namespace xdpbench::net
