// Settings of a port that keep its frames from being what was sent, or add frames of their own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/netns.h"

namespace xdpbench::net {

enum class Switch { absent, off, on };  // absent: the port does not have it

// One setting of one port.
struct PortSetting {
    std::string port;  // "eth1"
    std::string name;  // of port_setting_names()

    friend bool operator==(const PortSetting&, const PortSetting&) = default;
};

// "gro", "lro", "rx-vlan-offload", "ipv6", "flow-control": the names are ethtool's, or the
// kernel's.
[[nodiscard]] const std::vector<std::string>& port_setting_names();

// The settings of the port that are on and in the way: receive offloads that join frames (gro, lro)
// or hide VLAN tags from programs (rx-vlan-offload), IPv6, which sends frames of its own when a
// link comes up, and flow control, which turns loss into delay. IPv6 only if the port has no
// address but a link-local one: an address would be lost. A setting that the port does not have is
// not in the way.
Result<std::vector<PortSetting>> settings_in_the_way(const NetNs& netns, const std::string& port);

Result<Switch> read_setting(const NetNs& netns, const PortSetting& setting);
// Some drivers refuse some; the error says so.
Result<void> switch_setting(const NetNs& netns, const PortSetting& setting, bool on);

// "gro of eth1".
[[nodiscard]] std::string setting_text(const PortSetting& setting);

}  // namespace xdpbench::net
