// Ring sizes, channels, RSS and interrupt coalescing of a port (ethtool -g, -L, -x, -c), and its
// state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/netns.h"

namespace xdpbench::net {

// Descriptors of each queue.
struct Rings {
    std::uint32_t rx = 0;
    std::uint32_t tx = 0;
    std::uint32_t most_rx = 0;  // that can be configured
    std::uint32_t most_tx = 0;
};
// Nothing if the driver has none.
[[nodiscard]] std::optional<Rings> query_rings(const NetNs& netns, const std::string& port);
// Sets rx and tx; a driver may round them.
Result<void> set_rings(const NetNs& netns, const std::string& port, const Rings& wanted);

// The number of combined channels.
Result<void> set_combined_channels(const NetNs& netns, const std::string& port,
                                   std::uint32_t count);

// The numbers of channels that receive and that send, of a port that has no combined ones (a veth).
Result<void> set_separate_channels(const NetNs& netns, const std::string& port, std::uint32_t rx,
                                   std::uint32_t tx);

// How received flows are spread over queues.
struct Rss {
    std::uint32_t entries = 0;  // of the indirection table
    std::uint32_t queues = 0;   // that it leads to
    std::string hash;           // "toeplitz"; empty if the driver does not report it
};
// Nothing if the driver has no indirection table.
[[nodiscard]] std::optional<Rss> query_rss(const NetNs& netns, const std::string& port);

// The queue of each entry of the indirection table; empty if the driver has none.
[[nodiscard]] std::vector<std::uint32_t> query_rss_table(const NetNs& netns,
                                                         const std::string& port);
// An empty one stands for the driver's own, in which all queues have as many entries.
Result<void> set_rss_table(const NetNs& netns, const std::string& port,
                           const std::vector<std::uint32_t>& table);
// Whether each of the queues has as many entries as the others, or one more.
[[nodiscard]] bool is_even(const std::vector<std::uint32_t>& table, std::uint32_t queues);

// How long an interrupt is put off, microseconds.
struct Coalescing {
    std::uint32_t rx_usecs = 0;
    std::uint32_t tx_usecs = 0;
    bool adaptive_rx = false;
};
[[nodiscard]] std::optional<Coalescing> query_coalescing(const NetNs& netns,
                                                         const std::string& port);

// Brings the port up or takes it down.
Result<void> set_up(const NetNs& netns, const std::string& port, bool up);

}  // namespace xdpbench::net
