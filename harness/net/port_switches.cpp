#include "net/port_switches.h"

#include <fmt/format.h>
#include <linux/ethtool.h>

#include <cstdint>
#include <fstream>

#include "base/file.h"
#include "net/ethtool.h"

namespace xdpbench::net {
namespace {

const char* text_of(bool on) { return on ? "on" : "off"; }

Result<bool> absent(const std::string& port, const char* name) {
    return unavailable_error(fmt::format("{} has no {}", port, name));
}

Result<void> switched(const std::string& port, const char* name, bool on, int error) {
    if (error == 0) return {};
    return system_error(fmt::format("cannot switch {} of {} {}", name, port, text_of(on)), error);
}

// Reads with one ethtool command a structure that has the switch among others, and writes all of it
// with another.
template <class Structure>
struct Commands {
    const char* name;
    std::uint32_t get;
    std::uint32_t set;
    bool (*is_on)(const Structure&);
    void (*turn)(Structure&, bool on);
};

template <const auto& Switch, class Structure>
Result<bool> read(const NetNs& netns, const std::string& port) {
    Structure structure = {};
    structure.cmd = Switch.get;
    if (ethtool(netns, port, &structure) != 0) return absent(port, Switch.name);
    return Switch.is_on(structure);
}

template <const auto& Switch, class Structure>
Result<void> write(const NetNs& netns, const std::string& port, bool on) {
    Structure structure = {};
    structure.cmd = Switch.get;
    int error = ethtool(netns, port, &structure);
    if (error == 0) {
        structure.cmd = Switch.set;
        Switch.turn(structure, on);
        error = ethtool(netns, port, &structure);
    }
    return switched(port, Switch.name, on, error);
}

template <const auto& Switch, class Structure>
constexpr PortSwitch made_of() {
    return {Switch.name, read<Switch, Structure>, write<Switch, Structure>};
}

constexpr Commands<ethtool_value> kGro{
    "gro", ETHTOOL_GGRO, ETHTOOL_SGRO, [](const ethtool_value& value) { return value.data != 0; },
    [](ethtool_value& value, bool on) { value.data = on ? 1 : 0; }};

// A device feature that has a flag of its own (ETH_FLAG_*).
template <std::uint32_t Bit>
constexpr Commands<ethtool_value> flag(const char* name) {
    return {name, ETHTOOL_GFLAGS, ETHTOOL_SFLAGS,
            [](const ethtool_value& value) { return (value.data & Bit) != 0; },
            [](ethtool_value& value, bool on) {
                value.data = on ? value.data | Bit : value.data & ~Bit;
            }};
}
constexpr auto kLro = flag<ETH_FLAG_LRO>("lro");
constexpr auto kVlanOffload = flag<ETH_FLAG_RXVLAN>("rx-vlan-offload");

constexpr Commands<ethtool_pauseparam> kFlowControl{
    "flow-control", ETHTOOL_GPAUSEPARAM, ETHTOOL_SPAUSEPARAM,
    [](const ethtool_pauseparam& pause) { return pause.rx_pause != 0 && pause.tx_pause != 0; },
    [](ethtool_pauseparam& pause, bool on) { pause.rx_pause = pause.tx_pause = on ? 1 : 0; }};

constexpr Commands<ethtool_coalesce> kAdaptiveRx{
    "adaptive-rx", ETHTOOL_GCOALESCE, ETHTOOL_SCOALESCE,
    [](const ethtool_coalesce& coalescing) { return coalescing.use_adaptive_rx_coalesce != 0; },
    [](ethtool_coalesce& coalescing, bool on) {
        coalescing.use_adaptive_rx_coalesce = on ? 1 : 0;
    }};
constexpr Commands<ethtool_coalesce> kAdaptiveTx{
    "adaptive-tx", ETHTOOL_GCOALESCE, ETHTOOL_SCOALESCE,
    [](const ethtool_coalesce& coalescing) { return coalescing.use_adaptive_tx_coalesce != 0; },
    [](ethtool_coalesce& coalescing, bool on) {
        coalescing.use_adaptive_tx_coalesce = on ? 1 : 0;
    }};

std::string ipv6_entry(const std::string& port) {
    return fmt::format("/proc/sys/net/ipv6/conf/{}/disable_ipv6", port);
}

Result<bool> read_ipv6(const NetNs& netns, const std::string& port) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    const std::string disabled = read_entry(ipv6_entry(port));
    if (disabled.empty()) return absent(port, kIpv6);
    return disabled == "0";
}

Result<void> write_ipv6(const NetNs& netns, const std::string& port, bool on) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    std::ofstream file(ipv6_entry(port));
    file << (on ? 0 : 1) << std::flush;
    if (file && read_entry(ipv6_entry(port)) == (on ? "0" : "1")) return {};
    return Error{
        ErrorKind::system,
        fmt::format("cannot switch IPv6 of {} {} ({})", port, text_of(on), ipv6_entry(port)),
        "/proc/sys is mounted read-only, as in a container",
        "mount /proc/sys read-write (docker run --privileged)"};
}

}  // namespace

const std::vector<PortSwitch>& port_switches() {
    static const std::vector<PortSwitch> all{made_of<kGro, ethtool_value>(),
                                             made_of<kLro, ethtool_value>(),
                                             made_of<kVlanOffload, ethtool_value>(),
                                             {kIpv6, read_ipv6, write_ipv6},
                                             made_of<kFlowControl, ethtool_pauseparam>(),
                                             made_of<kAdaptiveRx, ethtool_coalesce>(),
                                             made_of<kAdaptiveTx, ethtool_coalesce>()};
    return all;
}

}  // namespace xdpbench::net
