// Which CPUs a bench uses.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "model/placement.h"

namespace xdpbench::traffic {

struct CpuPlan {
    model::Placement placement = model::Placement::shared;  // of kVethPlacements
    int program = 0;
    int generator = 0;  // the same, if they share it
};

[[nodiscard]] inline CpuPlan shared_on(int cpu) { return {model::Placement::shared, cpu, cpu}; }

// The program gets the last of the `allowed` CPUs (device interrupts tend to land on the low ones),
// a generator of its own the last one that is no sibling thread of that, or just the last other
// one. Where nothing is `wanted`, the two are separated from 4 CPUs on: with fewer, everything else
// that runs on the machine shares the generator's CPU, and two CPUs are often one core's threads,
// on virtual machines without saying so. Unavailable: where the wanted CPUs are not there.
Result<CpuPlan> plan_cpus(
    const std::vector<int>& allowed, const std::function<bool(int, int)>& siblings,
    std::optional<model::Placement> wanted,
    const std::function<int(int)>& node_of = [](int) { return 0; });
// With the CPUs that the calling thread may use, and sysfs's word for who are siblings. Watches the
// CPUs first, for `watch_seconds`: the quietest ones are taken. 0: does not watch.
Result<CpuPlan> plan_cpus(std::optional<model::Placement> wanted, double watch_seconds = 0);

// How many queues a device needs so that each of the CPUs has its own: a veth gives a frame to the
// queue whose number is that of the sending CPU modulo their number.
[[nodiscard]] std::size_t queues_for(const std::vector<int>& cpus);

// CPUs that the calling thread may use, in ascending order.
[[nodiscard]] std::vector<int> allowed_cpus();

}  // namespace xdpbench::traffic
