// How rates grow with the number of CPUs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/bench.h"
#include "model/common.h"

namespace xdpbench::model {

// So many CPUs, each with a generator: how fast they are on queues of one device, and how fast on
// as many devices of their own.
struct ScalingStep {
    std::vector<int> cpus;
    // Packets/s processed, of each pair of windows, one after the other.
    std::vector<double> together;
    std::vector<double> apart;
};

struct ScalingRecord {
    BenchSetup setup;
    Outcome outcome = Outcome::passed;
    std::string message;       // why it is skipped or invalid
    std::uint64_t queues = 0;  // of the one device
    std::vector<ScalingStep> steps;
    ActionTally actions{};  // over all windows
    Losses losses;
    double seconds = 0;
};

// Rate together / rate apart: the median of the pairs of windows. 0 without any.
[[nodiscard]] double efficiency(const ScalingStep& step);
// Rate together / that of one CPU, and the same of the devices apart. 0 without one.
[[nodiscard]] double speedup(const ScalingRecord& scaling, const ScalingStep& step);
[[nodiscard]] double apart_speedup(const ScalingRecord& scaling, const ScalingStep& step);

}  // namespace xdpbench::model
