// How the rate over real ports grows with the queues of the device and the CPUs that send.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/bench_case.h"
#include "model/scaling.h"

namespace xdpbench::bench {

// What is varied. Both empty: nothing.
struct PortSteps {
    // Of the device, one step each. The caller has recorded what is set now, and restores it.
    std::vector<std::uint32_t> queues;
    // With `queues` all of these send in each step; none: as many CPUs as queues, as far as there
    // are. Without `queues`: 1, 2, 4 ... and all of them.
    std::vector<int> cpus;
};

// One program in one mode; `seconds` are shared by the steps. Each step attaches the program anew,
// finds the most that its generators send, then sends as fast as they can.
[[nodiscard]] model::ScalingRecord measure_port_scaling(
    BenchCase bench, const PortSteps& steps, double seconds,
    const std::function<void(const std::string&)>& progress);

}  // namespace xdpbench::bench
