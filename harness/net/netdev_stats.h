// Counters that only the netlink family `netdev` has: of queues, and of page pools.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "net/netns.h"

namespace xdpbench::net {

// Of all queues of a device together (qstats, kernel 6.10, of drivers that report them).
struct QueueCounters {
    std::uint64_t rx_packets = 0;
    std::uint64_t rx_alloc_fail = 0;
    std::uint64_t rx_hw_drops = 0;
    std::uint64_t tx_packets = 0;
};
// Nothing where the kernel or the driver has none.
Result<std::optional<QueueCounters>> queue_counters(const NetNs& netns, unsigned ifindex);

// A page pool of a device (kernel 6.8).
struct PagePool {
    std::uint64_t id = 0;
    std::uint64_t inflight = 0;  // pages that are not in the pool
    bool detached = false;       // the driver has given it up, and waits for its pages
};
// Nothing where the kernel does not report them; empty for a driver without.
Result<std::optional<std::vector<PagePool>>> page_pools(const NetNs& netns, unsigned ifindex);

}  // namespace xdpbench::net
