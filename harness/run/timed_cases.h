// Which benches and loads a run has: verify, then time. What did not hold is not timed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/bench_case.h"
#include "model/run.h"
#include "run/options.h"

namespace xdpbench::run {

// The real interfaces to send over; nothing without both, but where others send.
[[nodiscard]] std::optional<net::Ports> device_ends(const RunOptions& options);

// Why nothing goes through a program in offload mode; empty: the device was seen to execute it.
[[nodiscard]] std::string why_not_through_offload(const target::Target& target,
                                                  const RunOptions& options,
                                                  const model::RunRecord& record);

// As fast as possible, alone and end to end. `record` has the outcomes of what came before, and
// gets a skipped bench, with the reason, for each that is not timed.
[[nodiscard]] std::vector<bench::BenchCase> benches_of(const std::vector<target::Target>& targets,
                                                       const RunOptions& options,
                                                       const traffic::CpuPlan& cpus,
                                                       model::RunRecord& record);

// What somebody else's generator sends is counted.
[[nodiscard]] std::vector<bench::BenchCase> externals_of(const std::vector<target::Target>& targets,
                                                         const RunOptions& options,
                                                         const traffic::CpuPlan& cpus,
                                                         model::RunRecord& record);

// The same at chosen rates; `cpus` where --cpus does not say from which.
[[nodiscard]] std::vector<bench::BenchCase> loads_of(const std::vector<target::Target>& targets,
                                                     const RunOptions& options,
                                                     const traffic::CpuPlan& cpus,
                                                     model::RunRecord& record);

}  // namespace xdpbench::run
