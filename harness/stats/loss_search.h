// MLRsearch: the highest loads at which loss stays within goals (RFC 9971, "Multiple Loss Ratio
// Search"). Pure: the next trial is a function of the goals and the trials so far. Names are those
// of the RFC.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace xdpbench::stats {

struct SearchGoal {
    double loss_ratio = 0;         // 0 for a zero loss search (NDR), 0.005 for a usual PDR
    double exceed_ratio = 0;       // of the time, how much may lose more than that; below 1
    double initial_seconds = 0.1;  // of a trial, in the search's first phase
    double final_seconds = 1;      // in its last
    double duration_sum = 1;       // seconds of trials at one load that decide about it
    double width = 0.005;          // of the final bounds: (upper - lower) / upper, above 0
};

struct LoadRange {
    double min = 1;  // frames a second; above 0
    double max = 1;  // the most the generator offers
};

struct TrialResult {
    double load = 0;        // frames a second that were asked for: names the load
    double seconds = 0;     // that were asked for
    double loss_ratio = 0;  // 0 to 1
};

struct NextTrial {
    double load = 0;
    double seconds = 0;
    std::size_t goal = 0;  // for which it is run; all goals use its result
};

enum class LoadClass { lower_bound, upper_bound, undecided };

// What the trials at `load` say about it (RFC 9971, "Load Classification Logic"). Trials shorter
// than final_seconds can only make it an upper bound.
[[nodiscard]] LoadClass classify(const SearchGoal& goal, std::span<const TrialResult> trials,
                                 double load);

struct SearchBounds {
    std::optional<double> upper;  // relevant upper bound: the lowest load that is too much
    std::optional<double> lower;  // relevant lower bound: the highest load below it that is not
};
[[nodiscard]] SearchBounds relevant_bounds(const SearchGoal& goal,
                                           std::span<const TrialResult> trials);

// The next trial to run; nothing once every goal is reached, is reached at range.max, or is missed
// even at range.min. Goals are served in their order; put the one with the highest loss ratio last
// or first as it is wanted first. Ends: every load is decided by as many trials as fill its
// duration sum, and bounds only come closer.
[[nodiscard]] std::optional<NextTrial> next_trial(std::span<const SearchGoal> goals,
                                                  const LoadRange& range,
                                                  std::span<const TrialResult> trials);

struct GoalResult {
    SearchBounds bounds;
    bool reached = false;  // the bounds are as near as asked for, or range.max is a lower bound
    // What got through at the lower bound: load times (1 - loss ratio), at the quantile of its
    // full-length trials that exceed_ratio leaves. 0 without a lower bound.
    double conditional_throughput = 0;
};
[[nodiscard]] GoalResult goal_result(const SearchGoal& goal, const LoadRange& range,
                                     std::span<const TrialResult> trials);

}  // namespace xdpbench::stats
