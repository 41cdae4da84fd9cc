// Which benches and loads a run has: verify, then time. What did not hold is not timed.
#pragma once

#include <vector>

#include "engine/bench.h"
#include "engine/run.h"

namespace xdpbench {

// As fast as possible, alone and end to end. `record` has the outcomes of what came before, and
// gets a skipped bench, with the reason, for each that is not timed.
[[nodiscard]] std::vector<BenchCase> benches_of(const std::vector<Subject>& subjects,
                                                const RunOptions& options, const CpuPlan& cpus,
                                                RunRecord& record);

// The same at chosen rates.
[[nodiscard]] std::vector<BenchCase> loads_of(const std::vector<Subject>& subjects,
                                              const RunOptions& options, const CpuPlan& cpus,
                                              RunRecord& record);

}  // namespace xdpbench
