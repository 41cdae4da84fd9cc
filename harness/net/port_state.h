// A setting of a port and its value as text: to be changed, recorded and restored.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "net/netns.h"

namespace xdpbench::net {

// Of a value to be restored: ids of programs ("12,13") that are not attached to the port. Others
// stay. Its value now: the ids of those that are.
inline constexpr const char* kWithoutXdp = "without-xdp";

// Of "rss", to be set: all queues have as many entries.
inline constexpr const char* kEvenRss = "even";

struct PortState {
    std::string port;   // "eth1"
    std::string name;   // of port_state_names()
    std::string value;  // without blanks: "1500", "256/512", "4", "off", "up", "0,1,0,1"

    friend bool operator==(const PortState&, const PortState&) = default;
};

// "mtu" (bytes), "rings" (rx/tx descriptors), "channels" (combined, or rx/tx of a port without),
// "rss" (the queue of each entry of the indirection table, or kEvenRss), "link" (up, down),
// kWithoutXdp, and port_switches() (on, off).
[[nodiscard]] const std::vector<std::string>& port_state_names();

// The value that it has now; unavailable where the driver does not report it.
Result<PortState> read_state(const NetNs& netns, const std::string& port, const std::string& name);
Result<void> write_state(const NetNs& netns, const PortState& state);

// What keeps frames of the port from being what was sent, adds frames of its own or makes figures
// depend on what came before, with the value that it has now: port_switches() that are on, and an
// RSS table that leads more flows to one queue than to another. IPv6 only if the port has no
// address but a link-local one: an address would be lost. A setting that the port does not have is
// not in the way.
Result<std::vector<PortState>> settings_in_the_way(const NetNs& netns, const std::string& port);
// The same setting with the value with which it is not in the way.
[[nodiscard]] PortState out_of_the_way(const PortState& state);

// "gro of eth1"; with its value "mtu of eth1 (was 1500)".
[[nodiscard]] std::string setting_text(const PortState& state);
[[nodiscard]] std::string state_text(const PortState& state);

}  // namespace xdpbench::net
