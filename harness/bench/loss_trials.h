// A loss search: MLRsearch (stats/loss_search.h) over trials of a real program.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "bench/trial.h"
#include "model/load.h"
#include "stats/loss_search.h"

namespace xdpbench::bench {

struct SearchOptions {
    std::vector<double> losses{0, 0.005};  // a goal each: zero loss, and a usual partial drop rate
    double exceed = 0.5;  // share of the time in which more may be lost, as a busy machine makes
    double width = 0.005;
};

// One goal for each loss ratio, in ascending order. Full trials of `seconds`, short ones of a tenth
// of it; `rounds` full ones decide about a load.
[[nodiscard]] std::vector<stats::SearchGoal> search_goals(const SearchOptions& options,
                                                          double seconds, int rounds);

// What a search is told of a trial. A generator that did not reach the rate leaves unknown what it
// would have done to the program: then what was not sent counts as lost, so that the search goes
// where it can know.
[[nodiscard]] stats::TrialResult judged(const model::Trial& trial);

// What the trials say about one goal, and what bounds it. The lower bound is a rate that was
// offered.
[[nodiscard]] model::SearchedGoal conclude(const stats::SearchGoal& goal,
                                           const stats::LoadRange& range,
                                           const std::vector<model::Trial>& trials);

// Fills the record's probes, range, trials and goals. `progress` is told of every trial.
Result<void> search_loss(TrialRig& rig, const std::vector<stats::SearchGoal>& goals,
                         const std::function<void(const std::string&)>& progress,
                         model::LoadRecord& record);

}  // namespace xdpbench::bench
