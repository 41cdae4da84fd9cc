// Settings of a port that are on or off.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "net/netns.h"

namespace xdpbench::net {

struct PortSwitch {
    const char* name;  // ethtool's, or the kernel's
    // unavailable: the port does not have it.
    Result<bool> (*read)(const NetNs&, const std::string& port);
    // Some drivers refuse some; the error says so.
    Result<void> (*write)(const NetNs&, const std::string& port, bool on);
};

inline constexpr const char* kIpv6 = "ipv6";

// Receive offloads that join frames (gro, lro) or hide VLAN tags from programs (rx-vlan-offload),
// IPv6, which sends frames of its own when a link comes up, flow control, which turns loss into
// delay, and adaptive coalescing, with which delay depends on what was received before.
[[nodiscard]] const std::vector<PortSwitch>& port_switches();

}  // namespace xdpbench::net
