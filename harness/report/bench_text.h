// What was measured, for the console.
#pragma once

#include <string>

#include "model/run.h"

namespace xdpbench::report {

// A bench that has rounds: its table, and what the figures rest on.
[[nodiscard]] std::string bench_text(const model::BenchRecord& bench);

// A scaling that was measured: a row for each number of CPUs.
[[nodiscard]] std::string scaling_text(const model::ScalingRecord& scaling);

}  // namespace xdpbench::report
