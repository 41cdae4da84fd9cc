#include "net/usable_port.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>
#include <vector>

#include "base/interrupt.h"
#include "base/text.h"
#include "net/netlink.h"
#include "packet/frame.h"

namespace xdpbench::net {
namespace {

std::string address_text(const sockaddr* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address->sa_family == AF_INET) {
        const auto* const ipv4 = reinterpret_cast<const sockaddr_in*>(address);
        ::inet_ntop(AF_INET, &ipv4->sin_addr, text.data(), text.size());
    } else if (address->sa_family == AF_INET6) {
        const auto* const ipv6 = reinterpret_cast<const sockaddr_in6*>(address);
        ::inet_ntop(AF_INET6, &ipv6->sin6_addr, text.data(), text.size());
    }
    return text.data();
}

bool is_link_local(const sockaddr* address) {
    if (address->sa_family != AF_INET6) return false;
    const auto* const ipv6 = reinterpret_cast<const sockaddr_in6*>(address);
    return IN6_IS_ADDR_LINKLOCAL(&ipv6->sin6_addr);
}

struct Address {
    std::string interface;
    std::string text;
};

// But link-local ones, of all interfaces. The caller is in their namespace.
Result<std::vector<Address>> all_addresses() {
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0)
        return system_error("cannot read the addresses of the interfaces", errno);
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> all(first, &::freeifaddrs);
    std::vector<Address> addresses;
    for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr) continue;
        if (is_link_local(entry->ifa_addr)) continue;  // every port that is up has one
        std::string text = address_text(entry->ifa_addr);
        if (!text.empty()) addresses.push_back({entry->ifa_name, std::move(text)});
    }
    return addresses;
}

// Whether an IPv4 route leads through the interface; IPv6 has none without an address there.
bool has_routes(const std::string& name) {
    std::ifstream file("/proc/thread-self/net/route");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(name + "\t")) return true;
    }
    return false;
}

// Traffic of others would be handled by the programs, and counted as if it were ours.
Result<void> require_unused(const NetNs& netns, const InterfaceInfo& interface,
                            const LinkDetails& xdp_link) {
    XDPBENCH_TRY(std::vector<std::string> uses, addresses_of(netns, interface.name));
    for (std::string& use : uses) use.insert(0, "address ");
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    if (has_routes(interface.name)) uses.emplace_back("routes");
    if (xdp_link.enslaved) uses.emplace_back("a bridge, bond or team above it");
    if (uses.empty()) return {};
    return input_error(
        fmt::format("{} is in use and not touched: it has {}", interface.name,
                    fmt::join(uses, ", ")),
        fmt::format("name a port that carries nothing else; or free this one: ip addr flush dev "
                    "{0}; sysctl -w net.ipv6.conf.{0}.disable_ipv6=1; or add --take-over: then "
                    "the programs handle all that arrives there meanwhile",
                    interface.name));
}

Result<void> require_up(const InterfaceInfo& interface, const LinkDetails& xdp_link) {
    if (xdp_link.up) return {};
    return input_error(fmt::format("{} is down", interface.text()),
                       fmt::format("ip link set {} up", interface.name));
}

Result<void> require_mtu(const InterfaceInfo& interface, std::size_t longest_frame) {
    const int needed =
        static_cast<int>(longest_frame) - static_cast<int>(packet::kEthernetHeaderBytes);
    if (interface.mtu >= needed) return {};
    return unavailable_error(
        fmt::format("frames of {} do not pass {}, whose MTU is {}", counted(longest_frame, "byte"),
                    interface.name, interface.mtu),
        {}, fmt::format("ip link set {} mtu {}", interface.name, needed));
}

// "rx-vlan-hw-parse" is what ethtool calls rx-vlan-offload.
PortTraits traits_of(const std::vector<std::string>& active,
                     const std::optional<Channels>& channels) {
    PortTraits traits;
    traits.reorders = !channels || channels->combined + channels->rx > 1;
    const bool strips = std::find(active.begin(), active.end(), "rx-vlan-hw-parse") != active.end();
    if (strips) traits.vlan_tags = VlanTags::stripped_by_port;
    return traits;
}

}  // namespace

Result<InterfaceInfo> usable_interface(const NetNs& netns, const std::string& name, bool take_over,
                                       std::size_t longest_frame, const char* option) {
    XDPBENCH_TRY(InterfaceInfo interface, query_interface(netns, name));
    interface.option = option;
    XDPBENCH_TRY(const std::vector<std::string> active, active_features(netns, name));
    XDPBENCH_TRY(const LinkDetails xdp_link, query_link(netns, interface.index));
    if (!take_over) XDPBENCH_CHECK(require_unused(netns, interface, xdp_link));
    XDPBENCH_CHECK(require_no_xdp(netns, interface));
    XDPBENCH_CHECK(require_up(interface, xdp_link));
    XDPBENCH_CHECK(require_mtu(interface, longest_frame));
    interface.traits = traits_of(active, query_channels(netns, name));
    return interface;
}

// The run before may have detached a program a moment ago, which resets the link of some drivers.
Result<CarrierWait> require_cabled(const NetNs& netns, const InterfaceInfo& interface,
                                   std::chrono::milliseconds limit) {
    XDPBENCH_TRY(const LinkDetails details, query_link(netns, interface.index));
    XDPBENCH_CHECK(require_up(interface, details));
    Result<CarrierWait> waited = await_carrier(netns, interface, limit);
    if (waited || waited.error().kind != ErrorKind::unavailable) return waited;
    return input_error(waited.error().what, waited.error().advice);
}

std::string carrier_advice(const std::string& name) {
    return fmt::format(
        "check that {0} is up (ip link set {0} up), its cable (directly to the other port, without "
        "a switch), and that the port at the other end, its link partner, is up too; see: ip link "
        "show {0}; ethtool {0}",
        name);
}

Result<std::vector<std::string>> addresses_of(const NetNs& netns, const std::string& name) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    XDPBENCH_TRY(const std::vector<Address> all, all_addresses());
    std::vector<std::string> addresses;
    for (const Address& one : all) {
        if (one.interface == name) addresses.push_back(one.text);
    }
    return addresses;
}

Result<std::optional<std::string>> interface_with(const NetNs& netns, const std::string& address) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    XDPBENCH_TRY(const std::vector<Address> all, all_addresses());
    for (const Address& one : all) {
        if (one.text == address) return std::optional(one.interface);
    }
    return std::optional<std::string>();
}

Result<UsablePort> claim_port(const NetNs& netns, const std::string& name, bool take_over,
                              std::size_t longest_frame, const char* option) {
    UsablePort port;
    XDPBENCH_TRY(port.interface, usable_interface(netns, name, take_over, longest_frame, option));
    XDPBENCH_TRY(port.carrier_wait, require_cabled(netns, port.interface));
    return port;
}

Result<CarrierWait> await_carrier(const NetNs& netns, const InterfaceInfo& interface,
                                  std::chrono::milliseconds limit) {
    const auto begun = std::chrono::steady_clock::now();
    for (bool away = false;; away = true) {
        XDPBENCH_TRY(const LinkDetails xdp_link, query_link(netns, interface.index));
        const auto waited =
            std::chrono::duration_cast<CarrierWait>(std::chrono::steady_clock::now() - begun);
        if (xdp_link.carrier) return away ? waited : CarrierWait(0);
        if (interrupted()) return interrupted_error();
        if (waited > limit) {
            return unavailable_error(
                fmt::format("{} has had no carrier for {} s", interface.text(),
                            limit.count() / 1000),
                "a driver may reset the link when a program is attached or detached; this link did "
                "not come back",
                carrier_advice(interface.name));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

Result<void> require_no_xdp(const NetNs& netns, const InterfaceInfo& interface) {
    XDPBENCH_TRY(const LinkDetails xdp_link, query_link(netns, interface.index));
    if (xdp_link.native_program + xdp_link.generic_program + xdp_link.offloaded_program == 0)
        return {};
    return unavailable_error(fmt::format("XDP is in use on {}: it is not touched", interface.name),
                             {}, fmt::format("see it with: ip -d link show {}", interface.name));
}

Result<void> require_sends_redirected(const NetNs& netns, const InterfaceInfo& interface,
                                      const char* advice) {
    XDPBENCH_TRY(const auto declared, declared_xdp(netns, interface.index));
    if (!declared || (declared->features & kDeclaresNdoXmit) != 0) return {};
    return unavailable_error(
        fmt::format("frames cannot be sent over {}: its driver {} does not send redirected frames "
                    "(it declares: {})",
                    interface.name, interface.driver, xdp_feature_names(declared->features)),
        {}, advice);
}

}  // namespace xdpbench::net
