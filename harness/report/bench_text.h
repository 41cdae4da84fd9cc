// What was measured, for the console.
#pragma once

#include <string>

#include "report/model.h"

namespace xdpbench {

// A bench that has rounds: its table, and what the figures rest on.
[[nodiscard]] std::string bench_text(const BenchRecord& bench);

// A scaling that was measured: a row for each number of CPUs.
[[nodiscard]] std::string scaling_text(const ScalingRecord& scaling);

}  // namespace xdpbench
