// What bounds the rate of a bench.
#pragma once

#include "model/run.h"

namespace xdpbench::bench {

// Whose the time is where generator and program take turns: more than half of it the program's?
void find_bound_by_time(model::BenchRecord& record);
// Frames that a CPUMAP redirects wait for the CPU that runs the stack. If it was still at work when
// generator and program were done, after `done_seconds`, it is what the rate is bound by. Returns
// whether that is so.
bool find_bound_by_stack(model::BenchRecord& record, double done_seconds);

}  // namespace xdpbench::bench
