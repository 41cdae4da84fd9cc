#include "net/rings.h"

#include <fmt/format.h>
#include <linux/ethtool.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>
#include <vector>

#include "net/ethtool.h"

namespace xdpbench::net {
std::optional<Rings> query_rings(const NetNs& netns, const std::string& port) {
    ethtool_ringparam rings = {};
    rings.cmd = ETHTOOL_GRINGPARAM;
    if (ethtool(netns, port, &rings) != 0) return std::nullopt;
    return Rings{rings.rx_pending, rings.tx_pending, rings.rx_max_pending, rings.tx_max_pending};
}

Result<void> set_rings(const NetNs& netns, const std::string& port, const Rings& wanted) {
    ethtool_ringparam rings = {};
    rings.cmd = ETHTOOL_GRINGPARAM;
    int error = ethtool(netns, port, &rings);
    if (error == 0) {
        rings.cmd = ETHTOOL_SRINGPARAM;
        rings.rx_pending = wanted.rx;
        rings.tx_pending = wanted.tx;
        error = ethtool(netns, port, &rings);
    }
    if (error == 0) return {};
    return system_error(
        fmt::format("cannot set the rings of {} to rx {}, tx {}", port, wanted.rx, wanted.tx),
        error);
}

namespace {

// Some drivers refuse to set what is set already.
template <class Change>
Result<void> change_channels(const NetNs& netns, const std::string& port, const std::string& what,
                             Change change) {
    ethtool_channels channels = {};
    channels.cmd = ETHTOOL_GCHANNELS;
    int error = ethtool(netns, port, &channels);
    if (error == 0 && !change(channels)) return {};
    if (error == 0) {
        channels.cmd = ETHTOOL_SCHANNELS;
        error = ethtool(netns, port, &channels);
    }
    if (error == 0) return {};
    return system_error(fmt::format("cannot set the channels of {} to {}", port, what), error);
}

}  // namespace

Result<void> set_combined_channels(const NetNs& netns, const std::string& port,
                                   std::uint32_t count) {
    return change_channels(netns, port, fmt::format("combined {}", count),
                           [count](ethtool_channels& channels) {
                               return std::exchange(channels.combined_count, count) != count;
                           });
}

Result<void> set_separate_channels(const NetNs& netns, const std::string& port, std::uint32_t rx,
                                   std::uint32_t tx) {
    return change_channels(netns, port, fmt::format("rx {}, tx {}", rx, tx),
                           [rx, tx](ethtool_channels& channels) {
                               const bool other_rx = std::exchange(channels.rx_count, rx) != rx;
                               return std::exchange(channels.tx_count, tx) != tx || other_rx;
                           });
}

namespace {

std::string hash_name(std::uint8_t function) {
    constexpr std::array<const char*, 3> kNames{"toeplitz", "xor", "crc32"};  // ETH_RSS_HASH_*
    for (std::size_t bit = 0; bit < kNames.size(); ++bit) {
        if (function == 1U << bit) return kNames.at(bit);
    }
    return {};
}

}  // namespace

std::optional<Rss> query_rss(const NetNs& netns, const std::string& port) {
    ethtool_rxfh head = {};
    head.cmd = ETHTOOL_GRSSH;
    if (ethtool(netns, port, &head) != 0 || head.indir_size == 0) return std::nullopt;
    // The table stands behind the structure, and the key of the hash behind the table.
    constexpr std::size_t kWord = sizeof(std::uint32_t);
    const std::size_t table = sizeof(head) / kWord;
    std::vector<std::uint32_t> answer(table + head.indir_size + head.key_size / kWord + 1);
    std::memcpy(answer.data(), &head, sizeof(head));
    if (ethtool(netns, port, answer.data()) != 0) return std::nullopt;
    const auto first = answer.begin() + static_cast<std::ptrdiff_t>(table);
    const std::set<std::uint32_t> queues(first, first + head.indir_size);
    return Rss{head.indir_size, static_cast<std::uint32_t>(queues.size()), hash_name(head.hfunc)};
}

namespace {

// ETHTOOL_GRXFHINDIR and ETHTOOL_SRXFHINDIR: the table stands behind the structure.
std::vector<std::uint32_t> table_request(std::uint32_t command,
                                         const std::vector<std::uint32_t>& table) {
    std::vector<std::uint32_t> request{command, static_cast<std::uint32_t>(table.size())};
    request.insert(request.end(), table.begin(), table.end());
    return request;
}

}  // namespace

std::vector<std::uint32_t> query_rss_table(const NetNs& netns, const std::string& port) {
    std::vector<std::uint32_t> head = table_request(ETHTOOL_GRXFHINDIR, {});
    if (ethtool(netns, port, head.data()) != 0) return {};
    std::vector<std::uint32_t> answer =
        table_request(ETHTOOL_GRXFHINDIR, std::vector<std::uint32_t>(head.at(1)));
    if (ethtool(netns, port, answer.data()) != 0) return {};
    return {answer.begin() + 2, answer.end()};
}

Result<void> set_rss_table(const NetNs& netns, const std::string& port,
                           const std::vector<std::uint32_t>& table) {
    std::vector<std::uint32_t> request = table_request(ETHTOOL_SRXFHINDIR, table);
    const int error = ethtool(netns, port, request.data());
    if (error == 0) return {};
    return system_error(fmt::format("cannot set the RSS indirection table of {}", port), error);
}

bool is_even(const std::vector<std::uint32_t>& table, std::uint32_t queues) {
    std::vector<std::size_t> entries(queues);
    for (const std::uint32_t queue : table) {
        if (queue >= queues) return false;
        ++entries[queue];
    }
    const auto [fewest, most] = std::minmax_element(entries.begin(), entries.end());
    return entries.empty() || *most - *fewest <= 1;
}

std::optional<Coalescing> query_coalescing(const NetNs& netns, const std::string& port) {
    ethtool_coalesce coalescing = {};
    coalescing.cmd = ETHTOOL_GCOALESCE;
    if (ethtool(netns, port, &coalescing) != 0) return std::nullopt;
    return Coalescing{coalescing.rx_coalesce_usecs, coalescing.tx_coalesce_usecs,
                      coalescing.use_adaptive_rx_coalesce != 0};
}

Result<void> set_up(const NetNs& netns, const std::string& port, bool up) {
    ifreq request = {};
    port.copy(request.ifr_name, sizeof(request.ifr_name) - 1);
    bool done = ::ioctl(netns.control_socket(), SIOCGIFFLAGS, &request) == 0;
    const int flags = up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP;
    request.ifr_flags = static_cast<short>(flags);
    done = done && ::ioctl(netns.control_socket(), SIOCSIFFLAGS, &request) == 0;
    if (done) return {};
    return system_error(fmt::format("cannot {} {}", up ? "bring up" : "take down", port), errno);
}

}  // namespace xdpbench::net
