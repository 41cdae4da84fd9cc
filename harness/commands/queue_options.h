// --queues: the number of queues of a real port, for a run or to compare.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/interface.h"
#include "net/netns.h"
#include "net/recorded_change.h"
#include "run/options.h"

namespace xdpbench::commands {

// "1,2,4" as typed, in this order. Refuses more than the device can have.
Result<void> add_queues(const std::vector<std::string>& queues, const net::NetNs& netns,
                        const net::InterfaceInfo& device, run::RunOptions& options);

// Queues that --queues changed: restored when this is gone, and after a kill -9 by `restore`.
struct QueueChange {
    std::unique_ptr<net::NetNs> netns;
    net::RecordedChange change;
};
// Nothing without --queues. Sets the largest number of --queues. Call it last before the run.
Result<std::optional<QueueChange>> change_queues(const run::RunOptions& options);

}  // namespace xdpbench::commands
