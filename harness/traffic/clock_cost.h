#pragma once

#include "base/result.h"

namespace xdpbench::traffic {

// What one bpf_ktime_get_ns() takes on the calling thread's CPU, in ns: the least of several
// measurements of a thousand each. Every latency has one of them in it: from the generator's
// reading to the sink's.
Result<double> measure_clock();

}  // namespace xdpbench::traffic
