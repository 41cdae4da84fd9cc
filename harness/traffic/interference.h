// How much CPUs disturb each other, measured instead of believed: two CPUs of a virtual machine may
// be threads of one core, whatever the network says.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace xdpbench::traffic {

struct Interference {
    int cpu = 0;
    int other = 0;
    // How long a fixed loop takes on `cpu` while `other` is busy, over alone: median of the turns,
    // and what the middle half of them lies between.
    double ratio = 0;
    double lower_quartile = 0;
    double upper_quartile = 0;

    // "1.15 x as long while CPU 0 is busy (half of 20 turns: 1.12 to 1.19)"
    [[nodiscard]] std::string text() const;
};

// Of the last of `cpus`, on which benches run, beside each of up to 8 others; CPU time alone and
// beside in 20 turns, in about `seconds` altogether. Nothing where there is one CPU only.
Result<std::vector<Interference>> measure_interference(const std::vector<int>& cpus,
                                                       double seconds);

}  // namespace xdpbench::traffic
