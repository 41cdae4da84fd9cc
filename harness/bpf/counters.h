// The per-action counters of a program, per CPU (bpf/include/xdp_counters.h).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "bpf/program.h"
#include "xdp_counters.h"

namespace xdpbench::bpf {

using ActionCounters = std::array<xdp_counter, XDP_COUNTERS_ACTIONS>;  // by enum xdp_action

// One element a possible CPU; nothing if the program has no such map (a user's own program).
Result<std::optional<std::vector<ActionCounters>>> read_counters(const Program& program);

// By action, of a program compiled for a device (struct xdp_offload_counters); nothing if it has no
// such map.
using OffloadCounters = std::array<std::uint64_t, XDP_COUNTERS_ACTIONS>;
Result<std::optional<OffloadCounters>> read_offload_counters(const Program& program);

// The sum over all CPUs.
[[nodiscard]] ActionCounters sum_cpus(const std::vector<ActionCounters>& per_cpu);

}  // namespace xdpbench::bpf
