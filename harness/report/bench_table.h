// The benches of a run: one table with one row for each path.
#pragma once

#include <string>
#include <vector>

#include "model/run.h"
#include "report/table.h"

namespace xdpbench::report {

// One row for each bench: the program alone ("test run"), and end to end in each attach mode, size
// and shape. Below it the losses, if there are any. Empty without benches.
[[nodiscard]] std::string bench_table(const std::vector<model::BenchRecord>& benches);

// The rows of that table, its titles first; a column for the program where there are several.
[[nodiscard]] std::vector<TableRow> bench_rows(const std::vector<model::BenchRecord>& benches);

// The traffic, the CPUs and the rounds of one program's benches, on two lines; empty without any.
[[nodiscard]] std::string bench_heading(const std::vector<model::BenchRecord>& benches,
                                        const std::string& program);

// A sentence for each bench over real ports that the generator limits, and for each step of a
// scaling table.
[[nodiscard]] std::vector<std::string> generator_limits(
    const std::vector<model::BenchRecord>& benches);
[[nodiscard]] std::vector<std::string> generator_limits(const model::ScalingRecord& scaling);

// A sentence for each bench that is less exact than it was to be, where a tenth of its windows or
// more do not count: why they do not.
[[nodiscard]] std::vector<std::string> disturbances(const std::vector<model::BenchRecord>& benches);

// A row's name, e.g. "native/size:64", without the parts of the variant that all setups have.
[[nodiscard]] std::vector<std::string> path_names(
    const std::vector<const model::BenchSetup*>& setups);

}  // namespace xdpbench::report
