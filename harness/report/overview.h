// The outcomes of all checks, replays and lans: a row for each program and attach mode.
#pragma once

#include <string>

#include "model/run.h"

namespace xdpbench::report {

// A table; empty for a run with one program in one mode.
[[nodiscard]] std::string overview(const model::RunRecord& run);

}  // namespace xdpbench::report
