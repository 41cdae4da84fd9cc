#include "bench/loss_trials.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "traffic/generator.h"

namespace xdpbench::bench {
namespace {

constexpr int kProbes = 3;
// The least that a load of a search offers in its shortest trial.
constexpr double kFewestFrames = 100;
// Far more than a search takes. A program whose loss has nothing to do with the load may need them.
constexpr std::size_t kMostTrials = 500;

std::vector<stats::TrialResult> judged_all(const std::vector<model::Trial>& trials) {
    std::vector<stats::TrialResult> results;
    results.reserve(trials.size());
    for (const model::Trial& trial : trials) results.push_back(judged(trial));
    return results;
}

// Loads are whole numbers of frames a second that went through a trial unchanged.
bool at(const model::Trial& trial, double load) { return trial.rate == load; }

// The highest rate that was offered where `load` was asked for. A goal that allows loss also allows
// that a generator does not quite reach a load.
double offered_at(const std::vector<model::Trial>& trials, double load) {
    double offered = 0;
    for (const model::Trial& trial : trials) {
        if (!at(trial, load)) continue;
        if (trial.reached()) return load;
        offered = std::max(offered, trial.offered());
    }
    return std::min(load, offered);
}

// Over real interfaces frames also get lost before they reach the program: the empty one in its
// place tells, at the rate that is too high.
Result<void> tell_program_from_path(TrialRig& rig, double highest, model::SearchedGoal& goal) {
    if (!rig.has_baseline()) {
        goal.bound = model::Bound::path;
        goal.evidence += ": by the program or on the way to it, no empty one is there to tell";
        return {};
    }
    XDPBENCH_TRY(const CountedTrial empty, rig.run(true, goal.result.bounds.upper.value_or(highest),
                                                   goal.goal.final_seconds));
    if (empty.trial.loss_ratio() > goal.goal.loss_ratio) goal.bound = model::Bound::path;
    goal.evidence += fmt::format("; with the empty program in its place {:.4f} %",
                                 empty.trial.loss_ratio() * 100);
    return {};
}

// Over real ports the most that the generators send was measured first.
void compare_with_generator(const model::BenchSetup& setup, model::SearchedGoal& goal) {
    const std::optional<double> rate = goal.result.bounds.lower;
    if (setup.generator_maximum <= 0 || !rate) return;
    goal.evidence += "; " + model::generator_share_text(*rate, setup.generator_maximum,
                                                        setup.generator_cpus.size());
}

}  // namespace

std::vector<stats::SearchGoal> search_goals(const SearchOptions& options, double seconds,
                                            int rounds) {
    std::vector<double> losses = options.losses;
    std::sort(losses.begin(), losses.end());
    losses.erase(std::unique(losses.begin(), losses.end()), losses.end());
    std::vector<stats::SearchGoal> goals;
    for (const double loss : losses) {
        stats::SearchGoal goal;
        goal.loss_ratio = loss;
        goal.exceed_ratio = options.exceed;
        goal.initial_seconds = seconds / 10;
        goal.final_seconds = seconds;
        goal.duration_sum = seconds * rounds;
        goal.width = options.width;
        goals.push_back(goal);
    }
    return goals;
}

stats::TrialResult judged(const model::Trial& trial) {
    if (trial.reached()) return {trial.rate, trial.seconds, trial.loss_ratio()};
    // Less was sent, or as much in a longer time.
    const double expected = trial.rate * std::max(trial.seconds, trial.sent_seconds);
    const auto arrived = static_cast<double>(trial.sent - std::min(trial.sent, trial.lost()));
    return {trial.rate, trial.seconds, std::clamp(1 - arrived / expected, 0.0, 1.0)};
}

model::SearchedGoal conclude(const stats::SearchGoal& goal, const stats::LoadRange& range,
                             const std::vector<model::Trial>& trials) {
    model::SearchedGoal searched;
    searched.goal = goal;
    searched.result = stats::goal_result(goal, range, judged_all(trials));
    stats::SearchBounds& bounds = searched.result.bounds;
    if (bounds.lower) bounds.lower = offered_at(trials, *bounds.lower);
    const double upper = bounds.upper.value_or(range.max);
    const bool lossy = std::any_of(trials.begin(), trials.end(), [&](const model::Trial& trial) {
        return at(trial, upper) && trial.reached() && trial.loss_ratio() > goal.loss_ratio;
    });
    if (!bounds.lower) {
        searched.bound = model::Bound::none;
        searched.evidence =
            lossy ? fmt::format("more was lost at every rate down to {}", rate_text(upper))
                  : fmt::format(
                        "not even {} was reached: something else runs where it is offered from",
                        rate_text(upper));
        return searched;
    }
    searched.bound = lossy ? model::Bound::program : model::Bound::generator;
    if (lossy) {
        searched.evidence = fmt::format("at {} more frames were lost", rate_text(upper));
    } else {
        searched.evidence = fmt::format(
            "{} up to {}, and no higher rate was reached: the program's own limit was not found",
            goal.loss_ratio > 0 ? "no more loss than that" : "no loss", rate_text(*bounds.lower));
    }
    return searched;
}

Result<void> search_loss(TrialRig& rig, const std::vector<stats::SearchGoal>& goals,
                         const std::function<void(const std::string&)>& progress,
                         model::LoadRecord& record) {
    const double shortest = goals.front().initial_seconds;
    record.range = {std::ceil(kFewestFrames / shortest), 0};
    for (int probe = 0; probe < kProbes; ++probe) {
        progress(fmt::format("search {}/{}: the most that can be offered", record.setup.program,
                             model::attach_name(record.setup.mode)));
        XDPBENCH_TRY(CountedTrial probed, rig.run(false, traffic::kHighestRate, shortest));
        record.range.max = std::max(record.range.max, std::round(probed.trial.offered()));
        record.probes.push_back(std::move(probed.trial));
    }
    record.range.min = std::min(record.range.min, record.range.max);
    while (const auto next = stats::next_trial(goals, record.range, judged_all(record.trials))) {
        if (record.trials.size() == kMostTrials) {
            return Error{ErrorKind::invalid,
                         fmt::format("the search has not ended after {}",
                                     counted(record.trials.size(), "trial")),
                         "loss here has little to do with the rate",
                         "allow more: --exceed, --loss"};
        }
        progress(fmt::format("search {}/{}: trial {}, {} for {:.2f} s", record.setup.program,
                             model::attach_name(record.setup.mode), record.trials.size() + 1,
                             rate_text(next->load), next->seconds));
        XDPBENCH_TRY(CountedTrial counted_trial, rig.run(false, next->load, next->seconds));
        record.trials.push_back(std::move(counted_trial.trial));
    }
    for (const stats::SearchGoal& goal : goals) {
        model::SearchedGoal found = conclude(goal, record.range, record.trials);
        compare_with_generator(record.setup, found);
        if (record.setup.placement == model::Placement::device &&
            found.bound == model::Bound::program)
            XDPBENCH_CHECK(tell_program_from_path(rig, record.range.max, found));
        record.goals.push_back(std::move(found));
    }
    return {};
}

}  // namespace xdpbench::bench
