// A small LAN of hosts with stacks of their own, for real tools: ping and its like.
#pragma once

#include <vector>

#include "base/result.h"
#include "kernel/attach.h"
#include "kernel/interface.h"
#include "kernel/netns.h"
#include "scenario/scenario.h"

namespace xdpbench {

struct LanHost {
    NetNs netns;
    InterfaceInfo interface;  // lan0, where a program may be attached
    // At the bridge's end of the cable, passing everything: a veth takes what an XDP program
    // transmits only if there is XDP on the other end.
    XdpLink port;
};

// Hosts in namespaces of their own, joined by a bridge in another one. ARP is on and IPv6 silent.
// Checksums are computed before a packet leaves, so that they are right on the wire.
struct LanTopology {
    NetNs bridge;
    std::vector<LanHost> hosts;  // in the order of the addresses

    static Result<LanTopology> create(const std::vector<LanAddress>& addresses);
};

}  // namespace xdpbench
