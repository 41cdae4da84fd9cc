#include "net/port_settings.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <functional>
#include <memory>

#include "base/file.h"

namespace xdpbench::net {
namespace {

struct Kind {
    std::string name;
    std::function<Result<Switch>(const NetNs&, const std::string&)> read;
    std::function<Result<void>(const NetNs&, const std::string&, bool)> write;
};

const char* text_of(bool on) { return on ? "on" : "off"; }

Switch state_of(bool on) { return on ? Switch::on : Switch::off; }

// 0 or errno.
int ethtool(const NetNs& netns, const std::string& port, void* argument) {
    ifreq request = {};
    if (port.empty() || port.size() >= sizeof(request.ifr_name)) return ENODEV;
    port.copy(request.ifr_name, port.size());
    request.ifr_data = static_cast<char*>(argument);
    return ::ioctl(netns.control_socket(), SIOCETHTOOL, &request) == 0 ? 0 : errno;
}

Error cannot_switch(const std::string& port, const std::string& name, bool on, int number) {
    return system_error(fmt::format("cannot switch {} of {} {}", name, port, text_of(on)), number);
}

Kind gro() {
    return {"gro",
            [](const NetNs& netns, const std::string& port) -> Result<Switch> {
                ethtool_value value = {ETHTOOL_GGRO, 0};
                if (ethtool(netns, port, &value) != 0) return Switch::absent;
                return state_of(value.data != 0);
            },
            [](const NetNs& netns, const std::string& port, bool on) -> Result<void> {
                ethtool_value value = {ETHTOOL_SGRO, on ? 1U : 0U};
                if (const int error = ethtool(netns, port, &value); error != 0)
                    return cannot_switch(port, "gro", on, error);
                return {};
            }};
}

// A device feature that has a flag of its own (ETH_FLAG_*).
Kind flag(const char* name, std::uint32_t bit) {
    return {name,
            [bit](const NetNs& netns, const std::string& port) -> Result<Switch> {
                ethtool_value value = {ETHTOOL_GFLAGS, 0};
                if (ethtool(netns, port, &value) != 0) return Switch::absent;
                return state_of((value.data & bit) != 0);
            },
            [bit, name](const NetNs& netns, const std::string& port, bool on) -> Result<void> {
                ethtool_value value = {ETHTOOL_GFLAGS, 0};
                if (const int error = ethtool(netns, port, &value); error != 0)
                    return cannot_switch(port, name, on, error);
                value.cmd = ETHTOOL_SFLAGS;
                value.data = on ? value.data | bit : value.data & ~bit;
                if (const int error = ethtool(netns, port, &value); error != 0)
                    return cannot_switch(port, name, on, error);
                return {};
            }};
}

std::string ipv6_entry(const std::string& port) {
    return fmt::format("/proc/sys/net/ipv6/conf/{}/disable_ipv6", port);
}

Result<Switch> read_ipv6(const NetNs& netns, const std::string& port) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    const std::string disabled = read_entry(ipv6_entry(port));
    return disabled.empty() ? Switch::absent : state_of(disabled == "0");
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

Kind flow_control() {
    return {"flow-control",
            [](const NetNs& netns, const std::string& port) -> Result<Switch> {
                ethtool_pauseparam pause = {};
                pause.cmd = ETHTOOL_GPAUSEPARAM;
                if (ethtool(netns, port, &pause) != 0) return Switch::absent;
                return state_of(pause.rx_pause != 0 && pause.tx_pause != 0);
            },
            [](const NetNs& netns, const std::string& port, bool on) -> Result<void> {
                ethtool_pauseparam pause = {};
                pause.cmd = ETHTOOL_GPAUSEPARAM;
                if (const int error = ethtool(netns, port, &pause); error != 0)
                    return cannot_switch(port, "flow-control", on, error);
                pause.cmd = ETHTOOL_SPAUSEPARAM;
                pause.rx_pause = pause.tx_pause = on ? 1 : 0;
                if (const int error = ethtool(netns, port, &pause); error != 0)
                    return cannot_switch(port, "flow-control", on, error);
                return {};
            }};
}

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> all = {gro(), flag("lro", ETH_FLAG_LRO),
                                          flag("rx-vlan-offload", ETH_FLAG_RXVLAN),
                                          Kind{"ipv6", read_ipv6, write_ipv6}, flow_control()};
    return all;
}

Result<const Kind*> kind_named(std::string_view name) {
    const auto found = std::find_if(kinds().begin(), kinds().end(),
                                    [&](const Kind& kind) { return kind.name == name; });
    if (found != kinds().end()) return &*found;
    return input_error(fmt::format("there is no port setting {}", name));
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

const std::vector<std::string>& port_setting_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const Kind& kind : kinds()) all.push_back(kind.name);
        return all;
    }();
    return names;
}

Result<std::vector<PortSetting>> settings_in_the_way(const NetNs& netns, const std::string& port) {
    XDPBENCH_TRY(const bool routed, has_routed_ipv6(netns, port));
    std::vector<PortSetting> found;
    for (const Kind& kind : kinds()) {
        if (kind.name == "ipv6" && routed) continue;
        XDPBENCH_TRY(const Switch state, kind.read(netns, port));
        if (state == Switch::on) found.push_back({port, kind.name});
    }
    return found;
}

Result<Switch> read_setting(const NetNs& netns, const PortSetting& setting) {
    XDPBENCH_TRY(const Kind* const kind, kind_named(setting.name));
    return kind->read(netns, setting.port);
}

Result<void> switch_setting(const NetNs& netns, const PortSetting& setting, bool on) {
    XDPBENCH_TRY(const Kind* const kind, kind_named(setting.name));
    return kind->write(netns, setting.port, on);
}

std::string setting_text(const PortSetting& setting) {
    return fmt::format("{} of {}", setting.name, setting.port);
}

}  // namespace xdpbench::net
