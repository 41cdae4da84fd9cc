// The command that repeats a case or a measurement of a run.
#pragma once

#include <string>
#include <string_view>

#include "bench/bench_case.h"
#include "model/load.h"
#include "run/options.h"
#include "target/target.h"

namespace xdpbench::run {

// For a shell. `what`: the case, as options ("--only check"). With every option that its outcome
// depends on: program, traffic and values that were set.
[[nodiscard]] std::string repeat_of(const target::Target& target, const RunOptions& options,
                                    std::string_view what);

// The same of a case that runs over real ports, if the run has some.
[[nodiscard]] std::string repeat_over_ports(const target::Target& target, const RunOptions& options,
                                            std::string_view what);

// Of measurements: with all that shapes the traffic, and how long it takes. Only that one runs.
[[nodiscard]] std::string repeat_of_bench(const bench::BenchCase& bench, const RunOptions& options);
// The bench of that path runs before it.
[[nodiscard]] std::string repeat_of_scaling(const bench::BenchCase& bench,
                                            const RunOptions& options);
// Of a share of a throughput, and of a search of stamped frames, what it depends on runs too.
[[nodiscard]] std::string repeat_of_load(const bench::BenchCase& load, const RunOptions& options,
                                         const model::LoadRecord& record);
[[nodiscard]] std::string repeat_of_external(const bench::BenchCase& external,
                                             const RunOptions& options);

}  // namespace xdpbench::run
