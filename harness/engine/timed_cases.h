// Which benches and loads a run has: verify, then time. What did not hold is not timed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/bench.h"
#include "engine/run.h"

namespace xdpbench {

// The real interfaces to send over; nothing without both.
[[nodiscard]] std::optional<DeviceEnds> device_ends(const RunOptions& options);

// Why nothing goes through a program in offload mode; empty: the device was seen to execute it.
[[nodiscard]] std::string why_not_through_offload(const Subject& subject, const RunOptions& options,
                                                  const RunRecord& record);

// As fast as possible, alone and end to end. `record` has the outcomes of what came before, and
// gets a skipped bench, with the reason, for each that is not timed.
[[nodiscard]] std::vector<BenchCase> benches_of(const std::vector<Subject>& subjects,
                                                const RunOptions& options, const CpuPlan& cpus,
                                                RunRecord& record);

// The same at chosen rates; `cpus` where --cpus does not say from which.
[[nodiscard]] std::vector<BenchCase> loads_of(const std::vector<Subject>& subjects,
                                              const RunOptions& options, const CpuPlan& cpus,
                                              RunRecord& record);

}  // namespace xdpbench
