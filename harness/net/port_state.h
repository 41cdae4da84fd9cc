// A setting of a port that is more than on or off, as text: to be recorded and restored.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "net/netns.h"

namespace xdpbench::net {

// Of a value to be restored: ids of programs ("12,13") that are not attached to the port. Others
// stay. Its value now: the ids of those that are.
inline constexpr const char* kWithoutXdp = "without-xdp";

struct PortState {
    std::string port;   // "eth1"
    std::string name;   // of port_state_names()
    std::string value;  // without blanks: "1500", "256/512", "4", "off", "up"

    friend bool operator==(const PortState&, const PortState&) = default;
};

// "mtu" (bytes), "rings" (rx/tx descriptors), "channels" (combined, or rx/tx of a port without),
// "rx-vlan-offload" and "gro" (on, off), "link" (up, down), kWithoutXdp.
[[nodiscard]] const std::vector<std::string>& port_state_names();

// The value that it has now; unavailable where the driver does not report it.
Result<PortState> read_state(const NetNs& netns, const std::string& port, const std::string& name);
Result<void> write_state(const NetNs& netns, const PortState& state);

// "mtu of eth1 (1500)".
[[nodiscard]] std::string state_text(const PortState& state);

}  // namespace xdpbench::net
