// What is asked of and told to one network interface through ioctls and /proc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/netns.h"
#include "net/traits.h"
#include "packet/frame.h"

namespace xdpbench::net {

using MacAddress = std::array<std::uint8_t, 6>;

struct InterfaceInfo {
    std::string name;  // the one in /proc and in commands, whatever it was asked for by
    unsigned index = 0;
    MacAddress mac{};
    int mtu = 0;         // bytes
    std::string driver;  // of ETHTOOL_GDRVINFO; empty if the device has none
    std::string firmware;
    std::string option;  // that named it: "--dev"; empty: the tool made it
    PortTraits traits;   // of a port that nobody has looked at: the most careful ones

    // For errors: "eth1 (--dev)", "veth0".
    [[nodiscard]] std::string text() const {
        return option.empty() ? name : name + " (" + option + ")";
    }
    // Bytes, without FCS.
    [[nodiscard]] std::size_t longest_frame() const {
        return static_cast<std::size_t>(mtu) + packet::kEthernetHeaderBytes;
    }
};

// `asked_for` may also be an alternative name.
Result<InterfaceInfo> query_interface(const NetNs& netns, const std::string& asked_for);

// The driver's own counters by name (`ethtool -S`); empty if it has none. veth:
// rx_queue_0_xdp_drops ...
Result<std::map<std::string, std::uint64_t>> driver_counters(const NetNs& netns,
                                                             const std::string& name);

// The queues in use (`ethtool -l`). A device counts its pairs as combined or each direction alone.
struct Channels {
    std::uint32_t rx = 0;
    std::uint32_t tx = 0;
    std::uint32_t combined = 0;
    std::uint32_t most_rx = 0;  // that can be configured
    std::uint32_t most_tx = 0;
    std::uint32_t most_combined = 0;
};
// Nothing if the driver does not say.
[[nodiscard]] std::optional<Channels> query_channels(const NetNs& netns, const std::string& name);

// The device's features that are switched on, by the kernel's names ("rx-gro", "hw-tc-offload"), as
// in `ethtool -k`.
Result<std::vector<std::string>> active_features(const NetNs& netns, const std::string& name);

// In bytes. The error carries the errno only: why a driver refuses is its own business.
Result<void> set_mtu(const NetNs& netns, const std::string& name, int mtu);

// The counters that every interface has (/proc/net/dev).
struct InterfaceCounters {
    std::uint64_t rx_packets = 0;
    std::uint64_t rx_errors = 0;
    std::uint64_t rx_dropped = 0;
    std::uint64_t tx_packets = 0;
    std::uint64_t tx_errors = 0;
    std::uint64_t tx_dropped = 0;
};
Result<InterfaceCounters> interface_counters(const NetNs& netns, const std::string& name);

// Generic receive offload. On a veth it switches NAPI on, without which redirected frames are
// dropped in silence (drivers/net/veth.c, veth_xdp_xmit).
Result<void> set_gro(const NetNs& netns, const std::string& name, bool on);

// Segmentation offload of TCP. A veth that has it hands frames of packet sockets to its peer past
// NAPI, uncounted, as long as no native program is there (veth_skb_is_eligible_for_gro).
Result<void> set_tso(const NetNs& netns, const std::string& name, bool on);

// Checksums of what leaves through the interface, computed by the "hardware": of a veth by nobody,
// so that a program on the far side of the cable sees packets with unfinished ones. Off: they are
// right.
Result<void> set_tx_checksum(const NetNs& netns, const std::string& name, bool on);

// Keeps IPv6 from sending frames of its own (duplicate address detection, router solicitation) that
// a program under test would count. Nothing to do on a kernel without IPv6.
Result<void> silence_ipv6(const NetNs& netns);

}  // namespace xdpbench::net
