// How much CPUs disturb each other, measured instead of believed: two CPUs of a virtual machine may
// be threads of one core, whatever the topology says.
#pragma once

#include <vector>

#include "base/result.h"

namespace xdpbench {

struct Interference {
    int cpu = 0;
    int other = 0;
    double ratio = 0;  // how long a fixed loop takes on `cpu` while `other` is busy, over alone
};

// Of the last of `cpus`, on which benches run, beside each of up to 8 others; alone and beside in
// turn, medians of CPU time, in about `seconds` altogether. Nothing where there is one CPU only.
Result<std::vector<Interference>> measure_interference(const std::vector<int>& cpus,
                                                       double seconds);

}  // namespace xdpbench
