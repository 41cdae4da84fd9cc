// What a run judges: checks and bounds, what devices do with a program, replays and lans, and
// whether the modes agree.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model/run.h"
#include "run/options.h"

namespace xdpbench::run {

// Runs them in this order; outcomes and records are added to `record`, lines for the user to
// `notes`. The programs must be described in it already. `progress` is told what is under way.
void run_judged_cases(const std::vector<target::Target>& targets, const RunOptions& options,
                      const std::function<void(const std::string&)>& progress,
                      model::RunRecord& record, std::vector<std::string>& notes);

}  // namespace xdpbench::run
