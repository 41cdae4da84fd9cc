#include "net/port_state.h"

#include <fmt/format.h>
#include <linux/if_link.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "base/number.h"
#include "base/text.h"
#include "net/interface.h"
#include "net/netlink.h"
#include "net/port_settings.h"
#include "net/rings.h"

namespace xdpbench::net {
namespace {

constexpr char kVlanOffload[] = "rx-vlan-offload";
constexpr char kGro[] = "gro";

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

template <const char* Name>
Result<std::string> read_switch(const NetNs& netns, const std::string& port) {
    XDPBENCH_TRY(const Switch state, read_setting(netns, {port, Name}));
    if (state == Switch::absent) return unavailable_error(fmt::format("{} has no {}", port, Name));
    return std::string(state == Switch::on ? "on" : "off");
}

template <const char* Name>
Result<void> write_switch(const NetNs& netns, const std::string& port, const std::string& value) {
    return switch_setting(netns, {port, Name}, value == "on");
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

struct Kind {
    const char* name;
    Result<std::string> (*read)(const NetNs&, const std::string&);
    Result<void> (*write)(const NetNs&, const std::string&, const std::string&);
};

constexpr std::array kKinds{
    Kind{"mtu", read_mtu, write_mtu},
    Kind{"rings", read_rings, write_rings},
    Kind{"channels", read_channels, write_channels},
    Kind{kVlanOffload, read_switch<kVlanOffload>, write_switch<kVlanOffload>},
    Kind{kGro, read_switch<kGro>, write_switch<kGro>},
    Kind{"link", read_link, write_link},
    Kind{kWithoutXdp, read_programs, take_off}};

Result<Kind> kind_of(const std::string& name) {
    for (const Kind& kind : kKinds) {
        if (name == kind.name) return kind;
    }
    return input_error("there is no setting " + name);
}

}  // namespace

const std::vector<std::string>& port_state_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        all.reserve(kKinds.size());
        for (const Kind& kind : kKinds) all.emplace_back(kind.name);
        return all;
    }();
    return names;
}

Result<PortState> read_state(const NetNs& netns, const std::string& port, const std::string& name) {
    XDPBENCH_TRY(const Kind kind, kind_of(name));
    XDPBENCH_TRY(std::string value, kind.read(netns, port));
    return PortState{port, name, std::move(value)};
}

Result<void> write_state(const NetNs& netns, const PortState& state) {
    XDPBENCH_TRY(const Kind kind, kind_of(state.name));
    return kind.write(netns, state.port, state.value);
}

std::string state_text(const PortState& state) {
    if (state.name == kWithoutXdp)
        return fmt::format("XDP of {} (without programs {})", state.port, state.value);
    return fmt::format("{} of {} ({})", state.name, state.port, state.value);
}

}  // namespace xdpbench::net
