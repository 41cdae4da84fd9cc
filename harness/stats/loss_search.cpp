#include "stats/loss_search.h"

#include <algorithm>
#include <cmath>

namespace xdpbench::stats {
namespace {

// Seconds of the trials at one load, as a goal sees them.
struct LoadSeconds {
    double full_high_loss = 0;
    double full_low_loss = 0;
    double short_high_loss = 0;
    double short_low_loss = 0;
    double whole = 0;  // what the decision is about
    double high_loss =
        0;  // effective: full-length, and short ones that low-loss ones don't balance
};

LoadSeconds seconds_at(const SearchGoal& goal, std::span<const TrialResult> trials, double load) {
    LoadSeconds sum;
    for (const TrialResult& trial : trials) {
        if (trial.load != load) continue;
        const bool full = trial.seconds >= goal.final_seconds;
        const bool high = trial.loss_ratio > goal.loss_ratio;
        double& bin = full ? (high ? sum.full_high_loss : sum.full_low_loss)
                           : (high ? sum.short_high_loss : sum.short_low_loss);
        bin += trial.seconds;
    }
    const double balancing = sum.short_low_loss * goal.exceed_ratio / (1 - goal.exceed_ratio);
    sum.high_loss = sum.full_high_loss + std::max(0.0, sum.short_high_loss - balancing);
    sum.whole = std::max(sum.high_loss + sum.full_low_loss, goal.duration_sum);
    return sum;
}

std::vector<double> loads_of_class(const SearchGoal& goal, std::span<const TrialResult> trials,
                                   LoadClass wanted) {
    std::vector<double> loads;
    for (const TrialResult& trial : trials) loads.push_back(trial.load);
    std::sort(loads.begin(), loads.end());
    loads.erase(std::unique(loads.begin(), loads.end()), loads.end());
    std::erase_if(loads, [&](double load) { return classify(goal, trials, load) != wanted; });
    return loads;
}

bool near_enough(const SearchGoal& goal, const SearchBounds& bounds) {
    // A frame a second is as near as loads, which are whole, can be.
    return bounds.lower && bounds.upper &&
           (*bounds.upper - *bounds.lower <= goal.width * *bounds.upper ||
            *bounds.upper - *bounds.lower <= 1);
}

bool done(const SearchGoal& goal, const LoadRange& range, const SearchBounds& bounds) {
    return near_enough(goal, bounds) || (bounds.lower && *bounds.lower >= range.max) ||
           (bounds.upper && *bounds.upper <= range.min);
}

// From short trials and wide bounds to the goal itself. A trial of the first phases decides alone.
std::vector<SearchGoal> phases(const SearchGoal& goal) {
    std::vector<SearchGoal> result;
    if (goal.initial_seconds < goal.final_seconds) {
        const double middle = std::sqrt(goal.initial_seconds * goal.final_seconds);
        double wider = 4;
        for (const double seconds : {goal.initial_seconds, middle}) {
            SearchGoal phase = goal;
            phase.final_seconds = seconds;
            phase.duration_sum = seconds;
            phase.width = std::min(goal.width * wider, 0.5);
            result.push_back(phase);
            wider /= 2;
        }
    }
    result.push_back(goal);
    return result;
}

// The load for `phase` to try, given what the phase before it found. Depends on what is decided
// only, so it stays the same until enough trials have decided about it.
double next_load(const SearchGoal& phase, const SearchBounds& before, const LoadRange& range,
                 std::span<const TrialResult> trials) {
    const SearchBounds now = relevant_bounds(phase, trials);
    // Each further load on one side doubles the step, so that a poor start costs few trials.
    const auto steps = [&](LoadClass side) {
        const std::size_t count = loads_of_class(phase, trials, side).size();
        return std::pow(1 - phase.width, std::exp2(static_cast<double>(count) - 1));
    };
    double load = range.max;
    if (now.lower && now.upper) {
        load = std::sqrt(*now.lower * *now.upper);
        load = std::clamp(std::round(load), *now.lower + 1, *now.upper - 1);
    } else if (now.upper) {
        load = *now.upper * steps(LoadClass::upper_bound);
        if (before.lower && *before.lower < *now.upper) {
            load = *before.lower;
        } else if (*now.upper >= range.max) {
            // Nothing is known but what got through at the maximum.
            for (const TrialResult& trial : trials) {
                if (trial.load == *now.upper) {
                    load = std::min(load, trial.load * (1 - trial.loss_ratio));
                }
            }
        }
        load = std::min(load, *now.upper - 1);
    } else if (now.lower) {
        load = *now.lower / steps(LoadClass::lower_bound);
        if (before.upper && *before.upper > *now.lower) load = *before.upper;
        load = std::max(load, *now.lower + 1);
    } else if (before.lower) {
        load = *before.lower;
    }
    return std::clamp(std::round(load), range.min, range.max);
}

// The loss ratio that the goal's share of the full-length trials at `load` stays within.
double quantile_loss(const SearchGoal& goal, std::span<const TrialResult> trials, double load) {
    std::vector<TrialResult> full;
    for (const TrialResult& trial : trials) {
        if (trial.load == load && trial.seconds >= goal.final_seconds) full.push_back(trial);
    }
    std::sort(full.begin(), full.end(), [](const TrialResult& a, const TrialResult& b) {
        return a.loss_ratio < b.loss_ratio;
    });
    double remaining = seconds_at(goal, trials, load).whole * (1 - goal.exceed_ratio);
    double loss = 0;
    for (const TrialResult& trial : full) {
        if (remaining <= 0) break;
        loss = trial.loss_ratio;
        remaining -= trial.seconds;
    }
    return remaining > 1e-9 * goal.duration_sum ? 1 : loss;
}

}  // namespace

LoadClass classify(const SearchGoal& goal, std::span<const TrialResult> trials, double load) {
    const LoadSeconds sum = seconds_at(goal, trials, load);
    const double allowed = sum.whole * goal.exceed_ratio;
    // Sums of durations carry rounding: a share that is met to 1e-9 is met.
    const double slack = 1e-9 * sum.whole;
    const bool at_worst_lower = sum.whole - sum.full_low_loss <= allowed + slack;
    const bool at_best_lower = sum.high_loss <= allowed + slack;
    if (at_worst_lower) return LoadClass::lower_bound;
    return at_best_lower ? LoadClass::undecided : LoadClass::upper_bound;
}

SearchBounds relevant_bounds(const SearchGoal& goal, std::span<const TrialResult> trials) {
    SearchBounds bounds;
    const std::vector<double> upper = loads_of_class(goal, trials, LoadClass::upper_bound);
    if (!upper.empty()) bounds.upper = upper.front();
    for (const double load : loads_of_class(goal, trials, LoadClass::lower_bound)) {
        if (!bounds.upper || load < *bounds.upper) bounds.lower = load;
    }
    return bounds;
}

std::optional<NextTrial> next_trial(std::span<const SearchGoal> goals, const LoadRange& range,
                                    std::span<const TrialResult> trials) {
    for (std::size_t index = 0; index < goals.size(); ++index) {
        if (done(goals[index], range, relevant_bounds(goals[index], trials))) continue;
        SearchBounds before;
        for (const SearchGoal& phase : phases(goals[index])) {
            const SearchBounds now = relevant_bounds(phase, trials);
            if (!done(phase, range, now)) {
                return NextTrial{next_load(phase, before, range, trials), phase.final_seconds,
                                 index};
            }
            before = now;
        }
    }
    return std::nullopt;
}

GoalResult goal_result(const SearchGoal& goal, const LoadRange& range,
                       std::span<const TrialResult> trials) {
    GoalResult result;
    result.bounds = relevant_bounds(goal, trials);
    const std::optional<double>& lower = result.bounds.lower;
    result.reached = near_enough(goal, result.bounds) || (lower && *lower >= range.max);
    if (lower) result.conditional_throughput = *lower * (1 - quantile_loss(goal, trials, *lower));
    return result;
}

}  // namespace xdpbench::stats
