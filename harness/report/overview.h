// All of a run in one table: a row for each program and attach mode.
#pragma once

#include <string>

#include "model/run.h"

namespace xdpbench::report {

// Aligned lines with their titles; empty for a run of one program in one mode, which needs none.
[[nodiscard]] std::string overview(const model::RunRecord& run);

}  // namespace xdpbench::report
