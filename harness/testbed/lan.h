// A small LAN of hosts with stacks of their own, for real tools: ping and its like.
#pragma once

#include <vector>

#include "base/result.h"
#include "bpf/attach.h"
#include "net/interface.h"
#include "net/netns.h"
#include "scenario/scenario.h"

namespace xdpbench::testbed {

// Frames that its cables take, bytes without FCS.
inline constexpr std::size_t kLongestLanFrame = 1514;

struct LanHost {
    net::NetNs netns;
    net::InterfaceInfo interface;  // lan0, where a program may be attached
    // At the bridge's end of the cable, passing everything: a veth takes what an XDP program
    // transmits only if there is XDP on the other end.
    bpf::XdpLink port;
};

// Hosts in namespaces of their own, joined by a bridge in another one. ARP is on and IPv6 silent.
// Checksums are computed before a packet leaves, so that they are right on the wire.
struct LanTopology {
    net::NetNs bridge;
    std::vector<LanHost> hosts;  // in the order of the addresses

    static Result<LanTopology> create(const std::vector<scenario::LanAddress>& addresses);
};

}  // namespace xdpbench::testbed
