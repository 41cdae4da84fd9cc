// A run over several sizes or rates at a glance.
#pragma once

#include <string>
#include <vector>

#include "model/run.h"
#include "report/table.h"

namespace xdpbench::report {

// Programs and paths by frame size: Mpps end to end, and the cost of the program in ns. Empty
// unless the run has benches of several sizes.
[[nodiscard]] std::string size_matrix(const model::RunRecord& run);

// Programs and paths by offered rate: the share of frames lost. Empty unless several rates were
// offered.
[[nodiscard]] std::string rate_matrix(const model::RunRecord& run);
// The same tables for other formats.
[[nodiscard]] std::vector<NamedTable> matrices_of(const model::RunRecord& run);

}  // namespace xdpbench::report
