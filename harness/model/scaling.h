// How rates grow with the number of CPUs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/bench.h"
#include "model/common.h"

namespace xdpbench::model {

// So many CPUs, each with a generator: how fast they are on queues of one device, and how fast on
// as many devices of their own.
// Over real ports: how fast they are on so many queues of the device; there is no other device
// like it, so that nothing is apart.
struct ScalingStep {
    std::vector<int> cpus;
    // Packets/s processed, of each pair of windows, one after the other.
    std::vector<double> together;
    std::vector<double> apart;
    // Over real ports.
    std::uint64_t queues = 0;                 // in use at the device
    double generator_maximum = 0;             // frames/s that these generators sent at most
    double lost = 0;                          // share of the frames offered
    Bound bound = Bound::none;                // generator: it sent no more
    std::map<int, std::uint64_t> handled_by;  // frames, by the CPU that ran the program
};

struct ScalingRecord {
    BenchSetup setup;
    Outcome outcome = Outcome::passed;
    std::string message;       // why it is skipped or invalid
    std::uint64_t queues = 0;  // of the one device; over real ports those of the last step
    std::vector<ScalingStep> steps;
    ActionTally actions{};  // over all windows
    Losses losses;
    double seconds = 0;
};

// Over real ports: the queues of the device and the CPUs that send were varied.
[[nodiscard]] inline bool is_over_ports(const ScalingRecord& scaling) {
    return scaling.setup.placement == Placement::device;
}
// Rate together / rate apart: the median of the pairs of windows. Over real ports: the speedup over
// the first step / how many times its queues, or its CPUs where the queues stay. 0 without any.
[[nodiscard]] double efficiency(const ScalingRecord& scaling, const ScalingStep& step);
// Rate together / that of one CPU, and the same of the devices apart. 0 without one.
[[nodiscard]] double speedup(const ScalingRecord& scaling, const ScalingStep& step);
[[nodiscard]] double apart_speedup(const ScalingRecord& scaling, const ScalingStep& step);

}  // namespace xdpbench::model
