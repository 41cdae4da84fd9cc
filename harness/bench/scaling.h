// How the rate of a program grows with the CPUs: a generator and a queue each.
#pragma once

#include <cstddef>
#include <vector>

#include "bench/bench_case.h"
#include "model/run.h"

namespace xdpbench::bench {

// How many of `cpus` CPUs a table has rows for: 1, 2, 4 ... and all.
[[nodiscard]] std::vector<std::size_t> scaling_steps(std::size_t cpus);

// For the first 1, 2, 4 ... and all of `cpus`: windows of so many generators on one device,
// interleaved with windows of the same generators on a device each, in `seconds` altogether. What
// the machine's CPUs can do beside each other is in both, so their ratio is the device's and the
// program's own doing.
[[nodiscard]] model::ScalingRecord measure_scaling(BenchCase bench, const std::vector<int>& cpus,
                                                   double seconds);

}  // namespace xdpbench::bench
