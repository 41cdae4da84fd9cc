#include "net/interface.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <sstream>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "net/ethtool.h"
#include "net/netlink.h"

namespace xdpbench::net {
namespace {

Result<ifreq> request_for(const std::string& name) {
    ifreq request = {};
    if (name.empty() || name.size() >= sizeof(request.ifr_name)) {
        return input_error(fmt::format("\"{}\" is no interface name: 1 to {} characters", name,
                                       sizeof(request.ifr_name) - 1),
                           "see: ip link");
    }
    name.copy(request.ifr_name, name.size());
    return request;
}

Error no_such_interface(const NetNs& netns, const std::string& name) {
    std::vector<std::string> names;
    if (const Result<InNetNs> inside = InNetNs::enter(netns)) {
        const std::unique_ptr<struct if_nameindex[], decltype(&::if_freenameindex)> all(
            ::if_nameindex(), &::if_freenameindex);
        for (std::size_t i = 0; all && all[i].if_index != 0; ++i)
            names.emplace_back(all[i].if_name);
    }
    return input_error(
        fmt::format("there is no interface {}{}", name, did_you_mean(name, names)),
        names.empty() ? "see: ip link" : fmt::format("choose from {}", fmt::join(names, ", ")));
}

Result<ifreq> ask(const NetNs& netns, const std::string& name, unsigned long command,
                  const char* what) {
    XDPBENCH_TRY(ifreq request, request_for(name));
    if (::ioctl(netns.control_socket(), command, &request) != 0) {
        if (errno == ENODEV) return no_such_interface(netns, name);
        return system_error(fmt::format("cannot read the {} of interface {}", what, name), errno);
    }
    return request;
}

std::string text_of(const char* field, std::size_t size) { return {field, ::strnlen(field, size)}; }

// ethtool structures end in an array of a length that is known only at run time.
template <class Header>
struct Sized {
    explicit Sized(std::size_t tail) : storage((sizeof(Header) + tail + 7) / 8, 0) {}
    Header* header() { return reinterpret_cast<Header*>(storage.data()); }
    std::uint8_t* tail() {
        return reinterpret_cast<std::uint8_t*>(storage.data()) + sizeof(Header);
    }
    std::vector<std::uint64_t> storage;
};

// The names of one of the device's sets of strings (ETH_SS_*), by index; empty if it has none.
Result<std::vector<std::string>> string_set(const NetNs& netns, const std::string& name,
                                            std::uint32_t set) {
    std::vector<std::string> strings;
    Sized<ethtool_sset_info> sets(sizeof(std::uint32_t));
    sets.header()->cmd = ETHTOOL_GSSET_INFO;
    sets.header()->sset_mask = 1ULL << set;
    if (ethtool(netns, name, sets.header()) != 0 || sets.header()->sset_mask == 0) return strings;
    std::uint32_t count = 0;
    std::memcpy(&count, sets.tail(), sizeof(count));
    if (count == 0) return strings;
    Sized<ethtool_gstrings> names(static_cast<std::size_t>(count) * ETH_GSTRING_LEN);
    names.header()->cmd = ETHTOOL_GSTRINGS;
    names.header()->string_set = set;
    names.header()->len = count;
    if (const int error = ethtool(netns, name, names.header()); error != 0)
        return system_error(fmt::format("cannot read the names of {}'s driver", name), error);
    for (std::size_t i = 0; i < count; ++i) {
        const auto* const text = reinterpret_cast<const char*>(names.tail()) + i * ETH_GSTRING_LEN;
        strings.push_back(text_of(text, ETH_GSTRING_LEN));
    }
    return strings;
}

// Of an interface that is asked for by that or by an alternative name.
Result<std::string> real_name(const NetNs& netns, const std::string& name) {
    constexpr std::size_t kLongestAltname = 127;  // ALTIFNAMSIZ of linux/if.h, with a zero
    if (name.size() >= sizeof(ifreq::ifr_name) && name.size() <= kLongestAltname) {
        XDPBENCH_TRY(std::optional<std::string> found, name_of_altname(netns, name));
        return found ? Result<std::string>(*found) : no_such_interface(netns, name);
    }
    XDPBENCH_TRY(ifreq request, ask(netns, name, SIOCGIFINDEX, "index"));
    if (::ioctl(netns.control_socket(), SIOCGIFNAME, &request) != 0)
        return system_error(fmt::format("cannot read the name of interface {}", name), errno);
    return text_of(request.ifr_name, sizeof(request.ifr_name));
}

}  // namespace

Result<InterfaceInfo> query_interface(const NetNs& netns, const std::string& asked_for) {
    InterfaceInfo info;
    XDPBENCH_TRY(info.name, real_name(netns, asked_for));
    const std::string& name = info.name;
    XDPBENCH_TRY(const ifreq index, ask(netns, name, SIOCGIFINDEX, "index"));
    info.index = static_cast<unsigned>(index.ifr_ifindex);
    XDPBENCH_TRY(const ifreq mac, ask(netns, name, SIOCGIFHWADDR, "MAC address"));
    std::memcpy(info.mac.data(), mac.ifr_hwaddr.sa_data, info.mac.size());
    XDPBENCH_TRY(const ifreq mtu, ask(netns, name, SIOCGIFMTU, "MTU"));
    info.mtu = mtu.ifr_mtu;
    ethtool_drvinfo driver = {};
    driver.cmd = ETHTOOL_GDRVINFO;
    if (ethtool(netns, name, &driver) == 0) {
        info.driver = text_of(driver.driver, sizeof(driver.driver));
        info.firmware = text_of(driver.fw_version, sizeof(driver.fw_version));
    }
    return info;
}

Result<std::map<std::string, std::uint64_t>> driver_counters(const NetNs& netns,
                                                             const std::string& name) {
    std::map<std::string, std::uint64_t> counters;
    XDPBENCH_TRY(const std::vector<std::string> names, string_set(netns, name, ETH_SS_STATS));
    if (names.empty()) return counters;
    Sized<ethtool_stats> values(names.size() * sizeof(std::uint64_t));
    values.header()->cmd = ETHTOOL_GSTATS;
    values.header()->n_stats = static_cast<std::uint32_t>(names.size());
    if (const int error = ethtool(netns, name, values.header()); error != 0)
        return system_error(fmt::format("cannot read the driver's counters of {}", name), error);
    for (std::size_t i = 0; i < names.size(); ++i) {
        std::uint64_t value = 0;
        std::memcpy(&value, values.tail() + i * sizeof(value), sizeof(value));
        counters[names[i]] = value;
    }
    return counters;
}

std::optional<Channels> query_channels(const NetNs& netns, const std::string& name) {
    ethtool_channels channels = {};
    channels.cmd = ETHTOOL_GCHANNELS;
    if (ethtool(netns, name, &channels) != 0) return std::nullopt;
    return Channels{channels.rx_count, channels.tx_count, channels.combined_count,
                    channels.max_rx,   channels.max_tx,   channels.max_combined};
}

Result<std::vector<std::string>> active_features(const NetNs& netns, const std::string& name) {
    constexpr std::size_t kBitsAWord = 32;
    std::vector<std::string> active;
    XDPBENCH_TRY(const std::vector<std::string> names, string_set(netns, name, ETH_SS_FEATURES));
    const std::size_t words = (names.size() + kBitsAWord - 1) / kBitsAWord;
    if (words == 0) return active;
    Sized<ethtool_gfeatures> blocks(words * sizeof(ethtool_get_features_block));
    blocks.header()->cmd = ETHTOOL_GFEATURES;
    blocks.header()->size = static_cast<std::uint32_t>(words);
    if (const int error = ethtool(netns, name, blocks.header()); error != 0)
        return system_error(fmt::format("cannot read the features of {}", name), error);
    for (std::size_t i = 0; i < names.size(); ++i) {
        ethtool_get_features_block block = {};
        std::memcpy(&block, blocks.tail() + i / kBitsAWord * sizeof(block), sizeof(block));
        if ((block.active >> (i % kBitsAWord) & 1U) != 0) active.push_back(names[i]);
    }
    return active;
}

Result<void> set_mtu(const NetNs& netns, const std::string& name, int mtu) {
    XDPBENCH_TRY(ifreq request, request_for(name));
    request.ifr_mtu = mtu;
    if (::ioctl(netns.control_socket(), SIOCSIFMTU, &request) == 0) return {};
    return system_error(fmt::format("cannot set the MTU of {} to {}", name, mtu), errno);
}

Result<InterfaceCounters> interface_counters(const NetNs& netns, const std::string& name) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    XDPBENCH_TRY(const std::string counters, read_file("/proc/thread-self/net/dev"));
    for (const std::string& line : split(counters, '\n')) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos || trim(std::string_view(line).substr(0, colon)) != name)
            continue;
        std::istringstream fields(line.substr(colon + 1));
        std::array<std::uint64_t, 16> value{};
        for (std::uint64_t& field : value) fields >> field;
        if (!fields) break;
        return InterfaceCounters{value[1], value[2], value[3], value[9], value[10], value[11]};
    }
    return Error{ErrorKind::system,
                 fmt::format("cannot read the counters of {}: it is not in /proc/net/dev", name),
                 {},
                 {}};
}

Result<void> set_gro(const NetNs& netns, const std::string& name, bool on) {
    ethtool_value value = {ETHTOOL_SGRO, on ? 1U : 0U};
    if (const int error = ethtool(netns, name, &value); error != 0) {
        return system_error(
            fmt::format("cannot switch generic receive offload of {} {}", name, on ? "on" : "off"),
            error);
    }
    return {};
}

Result<void> set_tso(const NetNs& netns, const std::string& name, bool on) {
    ethtool_value value = {ETHTOOL_STSO, on ? 1U : 0U};
    if (const int error = ethtool(netns, name, &value); error != 0)
        return system_error(
            fmt::format("cannot switch segmentation offload of {} {}", name, on ? "on" : "off"),
            error);
    return {};
}

Result<void> set_tx_checksum(const NetNs& netns, const std::string& name, bool on) {
    ethtool_value value = {ETHTOOL_STXCSUM, on ? 1U : 0U};
    if (const int error = ethtool(netns, name, &value); error != 0) {
        return system_error(
            fmt::format("cannot switch transmit checksums of {} {}", name, on ? "on" : "off"),
            error);
    }
    return {};
}

namespace {

Error cannot_silence(const std::string& path, int number) {
    const std::string what =
        fmt::format("cannot switch IPv6 off in the test's namespace ({})", path);
    if (number != EROFS && number != EACCES) return system_error(what, number);
    return unavailable_error(fmt::format("{}: {}", what, errno_text(number)),
                             "/proc/sys is mounted read-only, as in a container",
                             "mount /proc/sys read-write (docker run --privileged)");
}

}  // namespace

Result<void> silence_ipv6(const NetNs& netns) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    for (const char* const scope : {"all", "default"}) {
        const std::string path = fmt::format("/proc/sys/net/ipv6/conf/{}/disable_ipv6", scope);
        const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        if (!file.valid() && errno == ENOENT) continue;  // a kernel without IPv6
        if (!file.valid() || ::write(file.get(), "1", 1) != 1) return cannot_silence(path, errno);
    }
    return {};
}

}  // namespace xdpbench::net
