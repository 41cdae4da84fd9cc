// `xdp-bench run`: check, replay and bench of the chosen programs in the chosen modes.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/run.h"
#include "report/console.h"
#include "run/plan_run.h"

namespace xdpbench::run {

// Fills `record` as it goes, so that after an interruption it holds what was done until then.
// Notes are lines for the user beside the report.
Result<void> run(const PlannedRun& plan, report::Console& console, model::RunRecord& record,
                 std::vector<std::string>& notes);

}  // namespace xdpbench::run
