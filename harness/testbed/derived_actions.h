// What a program did that does not count itself: from the counters of the veth that it runs on, and
// from where its frames arrived.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "model/action.h"
#include "testbed/accounting.h"

namespace xdpbench::testbed {

// Counters of a driver by their names, as ethtool -S shows them.
using DriverCounters = std::map<std::string, std::uint64_t>;

constexpr std::string_view kRx = "rx_queue_";
constexpr std::string_view kTx = "tx_queue_";

// The sum over all queues: of the counters named <direction><number>_<name>, where `direction` is
// kRx or kTx.
[[nodiscard]] std::uint64_t over_queues(const DriverCounters& counters, std::string_view direction,
                                        std::string_view name);

// Sets counts.actions of a native program. `dut`: the counters of its veth. Needs all other fields
// of `counts`.
void derive_native_actions(const DriverCounters& dut, LinkCounts& counts);

// The same of a generic program: no driver counts what it does. Frames that arrived nowhere were
// dropped, unless all frames are known to take another action, `expected`: then they may still be
// on their way.
void derive_generic_actions(std::optional<model::Action> expected, LinkCounts& counts);

}  // namespace xdpbench::testbed
