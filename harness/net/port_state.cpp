#include "net/port_state.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ifaddrs.h>
#include <linux/if_link.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/number.h"
#include "base/text.h"
#include "net/interface.h"
#include "net/netlink.h"
#include "net/port_queues.h"
#include "net/port_switches.h"
#include "net/rings.h"

namespace xdpbench::net {
namespace {

constexpr char kRss[] = "rss";
constexpr std::size_t kLongestValue = 24;
constexpr char kOn[] = "on";
constexpr char kOff[] = "off";

Result<std::string> read_mtu(const NetNs& netns, const std::string& port) {
    XDPBENCH_TRY(const InterfaceInfo interface, query_interface(netns, port));
    return std::to_string(interface.mtu);
}

Result<void> write_mtu(const NetNs& netns, const std::string& port, const std::string& value) {
    const auto mtu = parse_number<int>(value);
    return mtu ? set_mtu(netns, port, *mtu) : input_error("no MTU: " + value);
}

// "256/512"
std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_pair(const std::string& value) {
    const std::vector<std::string> parts = split(value, '/');
    if (parts.size() != 2) return std::nullopt;
    const auto first = parse_number<std::uint32_t>(parts[0]);
    const auto second = parse_number<std::uint32_t>(parts[1]);
    if (!first || !second) return std::nullopt;
    return std::pair(*first, *second);
}

Result<std::string> read_rings(const NetNs& netns, const std::string& port) {
    const auto rings = query_rings(netns, port);
    if (!rings) return unavailable_error(port + " has no rings to set");
    return fmt::format("{}/{}", rings->rx, rings->tx);
}

Result<void> write_rings(const NetNs& netns, const std::string& port, const std::string& value) {
    const auto pair = parse_pair(value);
    if (!pair) return input_error("no sizes of rings: " + value);
    return set_rings(netns, port, {pair->first, pair->second, 0, 0});
}

Result<std::string> read_channels(const NetNs& netns, const std::string& port) {
    const auto channels = query_channels(netns, port);
    if (!channels) return unavailable_error(port + " does not report its channels");
    if (channels->most_combined > 0) return std::to_string(channels->combined);
    return fmt::format("{}/{}", channels->rx, channels->tx);
}

Result<void> write_channels(const NetNs& netns, const std::string& port, const std::string& value) {
    if (const auto pair = parse_pair(value))
        return set_separate_channels(netns, port, pair->first, pair->second);
    const auto channels = parse_number<std::uint32_t>(value);
    return channels ? set_combined_channels(netns, port, *channels)
                    : input_error("no number of channels: " + value);
}

Result<std::string> read_rss(const NetNs& netns, const std::string& port) {
    const std::vector<std::uint32_t> table = query_rss_table(netns, port);
    if (table.empty()) return unavailable_error(port + " has no RSS indirection table");
    return fmt::format("{}", fmt::join(table, ","));
}

Result<void> write_rss(const NetNs& netns, const std::string& port, const std::string& value) {
    std::vector<std::uint32_t> table;
    if (value == kEvenRss) return set_rss_table(netns, port, table);
    for (const std::string& entry : split(value, ',')) {
        const auto queue = parse_number<std::uint32_t>(entry);
        if (!queue) return input_error("no RSS indirection table: " + value);
        table.push_back(*queue);
    }
    return set_rss_table(netns, port, table);
}

Result<std::string> read_link(const NetNs& netns, const std::string& port) {
    XDPBENCH_TRY(const InterfaceInfo interface, query_interface(netns, port));
    XDPBENCH_TRY(const LinkDetails link, query_link(netns, interface.index));
    return std::string(link.up ? "up" : "down");
}

Result<void> write_link(const NetNs& netns, const std::string& port, const std::string& value) {
    return set_up(netns, port, value == "up");
}

Result<std::string> read_programs(const NetNs& netns, const std::string& port) {
    XDPBENCH_TRY(const InterfaceInfo interface, query_interface(netns, port));
    XDPBENCH_TRY(const LinkDetails link, query_link(netns, interface.index));
    return fmt::format("{},{}", link.native_program, link.generic_program);
}

Result<void> take_off(const NetNs& netns, const std::string& port, const std::string& value) {
    XDPBENCH_TRY(const InterfaceInfo interface, query_interface(netns, port));
    XDPBENCH_TRY(const LinkDetails link, query_link(netns, interface.index));
    const std::vector<std::string> ids = split(value, ',');
    for (const auto& [id, flag] : {std::pair(link.native_program, XDP_FLAGS_DRV_MODE),
                                   std::pair(link.generic_program, XDP_FLAGS_SKB_MODE)}) {
        if (std::find(ids.begin(), ids.end(), std::to_string(id)) == ids.end()) continue;
        XDPBENCH_TRY(const NetlinkAnswer answer,
                     set_xdp(netns, {interface.index, -1, flag, std::nullopt}));
        if (answer.error != 0)
            return system_error(fmt::format("cannot detach program {} from {}", id, port),
                                answer.error);
    }
    return {};
}

using Read = std::function<Result<std::string>(const NetNs&, const std::string& port)>;
using Write =
    std::function<Result<void>(const NetNs&, const std::string& port, const std::string& value)>;

struct Kind {
    std::string name;
    Read read;
    Write write;
};

Kind switch_kind(const PortSwitch& one) {
    return {
        one.name,
        [read = one.read](const NetNs& netns, const std::string& port) -> Result<std::string> {
            XDPBENCH_TRY(const bool on, read(netns, port));
            return std::string(on ? kOn : kOff);
        },
        [write = one.write](const NetNs& netns, const std::string& port, const std::string& value) {
            return write(netns, port, value == kOn);
        }};
}

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> all = [] {
        std::vector<Kind> made{{"mtu", read_mtu, write_mtu},
                               {"rings", read_rings, write_rings},
                               {"channels", read_channels, write_channels},
                               {kRss, read_rss, write_rss},
                               {"link", read_link, write_link},
                               {kWithoutXdp, read_programs, take_off}};
        for (const PortSwitch& one : port_switches()) made.push_back(switch_kind(one));
        return made;
    }();
    return all;
}

Result<const Kind*> kind_of(const std::string& name) {
    for (const Kind& kind : kinds()) {
        if (name == kind.name) return &kind;
    }
    return input_error("there is no setting " + name);
}

bool is_link_local(const sockaddr* address) {
    return IN6_IS_ADDR_LINKLOCAL(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr);
}

Result<bool> has_routed_ipv6(const NetNs& netns, const std::string& port) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0)
        return system_error(fmt::format("cannot read the addresses of {}", port), errno);
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> all(first, &::freeifaddrs);
    for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
        const sockaddr* const address = entry->ifa_addr;
        if (entry->ifa_name != port || address == nullptr || address->sa_family != AF_INET6)
            continue;
        if (!is_link_local(address)) return true;
    }
    return false;
}

}  // namespace

const std::vector<std::string>& port_state_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        all.reserve(kinds().size());
        for (const Kind& kind : kinds()) all.push_back(kind.name);
        return all;
    }();
    return names;
}

Result<PortState> read_state(const NetNs& netns, const std::string& port, const std::string& name) {
    XDPBENCH_TRY(const Kind* const kind, kind_of(name));
    XDPBENCH_TRY(std::string value, kind->read(netns, port));
    return PortState{port, name, std::move(value)};
}

Result<void> write_state(const NetNs& netns, const PortState& state) {
    XDPBENCH_TRY(const Kind* const kind, kind_of(state.name));
    return kind->write(netns, state.port, state.value);
}

Result<std::vector<PortState>> settings_in_the_way(const NetNs& netns, const std::string& port) {
    XDPBENCH_TRY(const bool routed, has_routed_ipv6(netns, port));
    std::vector<PortState> found;
    for (const PortSwitch& one : port_switches()) {
        if (routed && one.name == std::string_view(kIpv6)) continue;
        const Result<bool> on = one.read(netns, port);
        if (!on && on.error().kind != ErrorKind::unavailable) return on.error();
        if (on && *on) found.push_back({port, one.name, kOn});
    }
    const std::vector<std::uint32_t> table = query_rss_table(netns, port);
    if (!table.empty() && !is_even(table, receive_queues(netns, port)))
        found.push_back({port, kRss, fmt::format("{}", fmt::join(table, ","))});
    return found;
}

PortState out_of_the_way(const PortState& state) {
    return {state.port, state.name, state.name == kRss ? kEvenRss : kOff};
}

std::string setting_text(const PortState& state) {
    return fmt::format("{} of {}", state.name, state.port);
}

std::string state_text(const PortState& state) {
    if (state.name == kWithoutXdp)
        return fmt::format("XDP of {} (without programs {})", state.port, state.value);
    // An indirection table has up to thousands of entries.
    const std::string value = state.value.size() > kLongestValue
                                  ? state.value.substr(0, kLongestValue) + "..."
                                  : state.value;
    return fmt::format("{} (was {})", setting_text(state), value);
}

}  // namespace xdpbench::net
