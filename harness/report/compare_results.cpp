#include "report/compare_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "model/load.h"
#include "model/run.h"
#include "stats/mann_whitney.h"
#include "stats/run_difference.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

std::vector<double> logarithms(const std::vector<double>& values) {
    std::vector<double> result;
    result.reserve(values.size());
    for (const double value : values) result.push_back(std::log(value));
    return result;
}

Change verdict_of(const stats::Interval& interval, std::optional<double> threshold) {
    if (threshold && interval.low > *threshold) return Change::regression;
    if (threshold && interval.high > *threshold) return Change::undecided;
    if (interval.low > 0) return Change::slower;
    return interval.high < 0 ? Change::faster : Change::none_shown;
}

void add_reason(ResultRow& row, const std::string& reason) {
    row.reason += row.reason.empty() ? reason : "; " + reason;
}

void judge_shift(const stats::RunDifference& found, bool more_is_better,
                 std::optional<double> threshold, ResultRow& row) {
    row.change = std::expm1(found.shift);
    const stats::Interval change{std::expm1(found.interval.low), std::expm1(found.interval.high),
                                 found.interval.coverage};
    row.interval = change;
    row.verdict = verdict_of(
        more_is_better ? stats::Interval{-change.high, -change.low, change.coverage} : change,
        threshold);
}

// What kept the interval from being narrower.
std::string why_undecided(const SavedFigure& before, const SavedFigure& after) {
    constexpr double kMany = 0.1;
    std::string reason = "the interval holds the threshold";
    const double excluded = std::max(before.excluded, after.excluded);
    if (excluded > kMany)
        reason += fmt::format(
            "; the machine was busy: {:.0f} % of the windows of the {} result do "
            "not count",
            excluded * 100, after.excluded > before.excluded ? "new" : "old");
    if (before.runs.size() <= 1 && after.runs.size() <= 1)
        reason += "; one run a side: give several results (old*.json -- new*.json)";
    return reason;
}

// What both figures with rounds say.
void judge_rounds(const SavedFigure& before, const SavedFigure& after,
                  std::optional<double> threshold, ResultRow& row) {
    const std::optional<stats::ShiftInterval> shift = stats::shift_interval(
        logarithms(before.samples), logarithms(after.samples), kResultConfidence);
    if (!shift) {
        row.verdict = Change::undecided;
        row.reason = fmt::format(
            "{} and {} rounds are too few for an interval of {:.0f} %: repeat the runs "
            "with more --rounds",
            before.samples.size(), after.samples.size(), kResultConfidence * 100);
        return;
    }
    // Rounds of one run do not show how much separate runs of a program differ.
    const double between = stats::single_run_allowance();
    const double low = std::hypot(shift->shift - shift->interval.low, between);
    const double high = std::hypot(shift->interval.high - shift->shift, between);
    judge_shift({shift->shift, {shift->shift - low, shift->shift + high, shift->interval.coverage}},
                after.more_is_better, threshold, row);
    if (row.verdict == Change::undecided) row.reason = why_undecided(before, after);
}

// Of an interval of 95 % that is known of one value of either side.
double variance_of(double one, double other) {
    constexpr double kTwoSided = 1.96;
    const double deviation = std::max(one, other) / kTwoSided;
    return deviation * deviation;
}

// With the baseline of each run where all have one.
std::optional<stats::ControlledDifference> difference_of(const SavedFigure& before,
                                                         const SavedFigure& after) {
    const auto runs = [](const SavedFigure& figure) {
        stats::ControlledRuns side{
            logarithms(figure.runs.empty() ? std::vector{*stats::median(figure.samples)}
                                           : figure.runs),
            logarithms(figure.baseline_shares)};
        for (std::size_t i = 0; i < side.controls.size(); ++i) side.controls[i] += side.figures[i];
        return side;
    };
    const stats::ControlledRuns first = runs(before);
    const stats::ControlledRuns second = runs(after);
    const stats::ControlledVariance within{
        variance_of(before.within, after.within),
        variance_of(before.baseline_within, after.baseline_within),
        variance_of(before.ratio_within, after.ratio_within)};
    if (first.controls.size() == first.figures.size() &&
        second.controls.size() == second.figures.size())
        return stats::controlled_difference(first, second, within);
    const auto plain = stats::run_difference(first.figures, second.figures, within.figure);
    return plain ? std::optional(stats::ControlledDifference{*plain}) : std::nullopt;
}

// The same of several runs a side: the runs are the samples.
void judge_runs(const SavedFigure& before, const SavedFigure& after,
                std::optional<double> threshold, ResultRow& row) {
    const std::optional<stats::ControlledDifference> found = difference_of(before, after);
    if (!found) {
        row.verdict = Change::undecided;
        row.reason = "a run without a figure";
        return;
    }
    judge_shift(found->difference, after.more_is_better, threshold, row);
    if (row.verdict == Change::undecided) row.reason = why_undecided(before, after);
    if (!found->control) return;
    row.baseline_change = std::expm1(*found->control);
    add_reason(row, fmt::format("relative to the baseline, which itself changed by {:+.1f} %",
                                *row.baseline_change * 100));
}

// What two searches say: each found one value, exact to its width.
void judge_bounds(const SavedFigure& before, const SavedFigure& after,
                  std::optional<double> threshold, ResultRow& row) {
    if (before.samples.empty() || after.samples.empty()) {
        row.verdict = Change::undecided;
        row.reason = "no rate kept the goal";
        return;
    }
    const double lower_before = before.samples.front();
    const double lower_after = after.samples.front();
    const double width =
        std::max(before.bounds->width(lower_before), after.bounds->width(lower_after));
    row.change = lower_after / lower_before - 1;
    row.reason = fmt::format("no interval: one value each, exact to {:.1f} %", width * 100);
    row.verdict = Change::none_shown;
    const double fall = -*row.change;
    if (std::abs(fall) <= width) return;
    const bool above_threshold = threshold && fall > *threshold;
    // What looks like the slower one was not seen at its limit: the generator was.
    if ((fall > 0 ? after : before).bounds->bound != model::Bound::program) {
        if (above_threshold) row.verdict = Change::undecided;
        row.reason += "; the lower one is the most that the generator offered";
        return;
    }
    row.verdict = above_threshold ? Change::regression : fall > 0 ? Change::slower : Change::faster;
}

ResultRow judge_samples(const SavedFigure& before, const SavedFigure& after,
                        std::optional<double> threshold) {
    constexpr model::Outcome kPassed = model::Outcome::passed;
    ResultRow row;
    row.bench = after.name();
    row.unit = after.unit;
    row.before = stats::median(before.samples);
    row.after = stats::median(after.samples);
    const std::vector<std::string> unlike = setup_differences(before, after);
    if (!unlike.empty()) {
        row.reason = fmt::format("measured differently: {}", fmt::join(unlike, "; "));
    } else if (before.outcome != kPassed || after.outcome != kPassed) {
        row.reason = fmt::format("the measurement is {} / {}", model::outcome_name(before.outcome),
                                 model::outcome_name(after.outcome));
    } else if (!after.unjudged.empty()) {
        row.verdict = Change::not_judged;
        row.reason = after.unjudged;
        if (before.unjudged == after.unjudged && row.before.value_or(0) > 0 && row.after)
            row.change = *row.after / *row.before - 1;
    } else if (after.bounds && before.bounds) {
        judge_bounds(before, after, threshold, row);
    } else if (before.runs.size() > 1 || after.runs.size() > 1 ||
               (!before.runs.empty() && !after.runs.empty())) {
        row.before = stats::median(before.runs.empty() ? before.samples : before.runs);
        row.after = stats::median(after.runs.empty() ? after.samples : after.runs);
        judge_runs(before, after, threshold, row);
    } else {
        judge_rounds(before, after, threshold, row);
    }
    return row;
}

SavedFigure as_cycles(SavedFigure figure) {
    figure.unit = "cycles";
    figure.samples = figure.cycles;
    figure.runs = figure.cycle_runs;
    return figure;
}

BeforeAfter medians(const std::vector<double>& before, const std::vector<double>& after) {
    return {stats::median(before).value_or(0), stats::median(after).value_or(0)};
}

// The time that memory takes does not depend on the CPU's clock: at a higher one it is more cycles.
// Only a change in the clock's own direction can be that.
std::string what_memory_may_do(const ResultRow& row) {
    const double clock = row.clocked->gigahertz.change();
    const bool changed = row.verdict == Change::faster || row.verdict == Change::slower ||
                         row.verdict == Change::regression;
    if (!changed || std::abs(clock) <= kMarkedClock || *row.change * clock <= 0) return "";
    return fmt::format("at a clock {:.0f} % {}, where waiting for memory takes {} cycles",
                       std::abs(clock) * 100, clock > 0 ? "higher" : "lower",
                       clock > 0 ? "more" : "fewer");
}

// The result whose core another thread shared throughout, as its own width tells; empty: neither.
// A run that never saw the core alone does not know, but the other one may.
std::string shared_in(const SavedFigure& before, const SavedFigure& after) {
    if (before.shared_throughout && after.shared_throughout) return "in both results";
    const bool narrower = before.core_ipc < after.core_ipc * model::kOwnCore && before.core_ipc > 0;
    const bool wider = after.core_ipc < before.core_ipc * model::kOwnCore && after.core_ipc > 0;
    if (before.shared_throughout || narrower) return "in the old result";
    return after.shared_throughout || wider ? "in the new result" : "";
}

// A core that another thread had half of all the time makes every program slower.
void judge_cores(const SavedFigure& before, const SavedFigure& after, ResultRow& row) {
    if (before.shared_rounds + after.shared_rounds > 0)
        add_reason(row, fmt::format("{} and {} rounds are left out, in which another thread shared "
                                    "the core",
                                    before.shared_rounds, after.shared_rounds));
    const std::string shared = shared_in(before, after);
    if (shared.empty() || !row.interval) return;
    // The baseline had the same half of it.
    if (!row.baseline_change) row.verdict = Change::undecided;
    add_reason(row, fmt::format("{} another thread shared the core throughout ({:.1f} and {:.1f} "
                                "instructions a cycle)",
                                shared, before.core_ipc, after.core_ipc));
}

ResultRow judge(const SavedFigure& before, const SavedFigure& after,
                std::optional<double> threshold) {
    if (before.cycles.empty() || after.cycles.empty()) {
        ResultRow row = judge_samples(before, after, threshold);
        if (before.cycles.empty() != after.cycles.empty())
            add_reason(row, fmt::format("in ns, the {} result has no cycles",
                                        before.cycles.empty() ? "old" : "new"));
        return row;
    }
    ResultRow row = judge_samples(as_cycles(before), as_cycles(after), threshold);
    row.clocked = ClockedPair{medians(before.samples, after.samples),
                              medians(before.gigahertz, after.gigahertz)};
    judge_cores(before, after, row);
    if (const std::string memory = what_memory_may_do(row); !memory.empty())
        add_reason(row, memory);
    return row;
}

ResultRow alone(const SavedFigure& figure, bool in_new) {
    ResultRow row;
    row.bench = figure.name();
    row.unit = figure.unit;
    (in_new ? row.after : row.before) = stats::median(figure.samples);
    row.reason = in_new ? "only in the new result" : "only in the old result";
    return row;
}

}  // namespace

ResultTable compare_results(const SavedResult& before, const SavedResult& after,
                            std::optional<double> threshold) {
    ResultTable table;
    table.threshold = threshold;
    table.differences = environment_differences(before, after);
    std::vector<SavedFigure> old = before.figures;
    // Figures of one name may differ in their setup (sizes, flows): the same setup first.
    for (const SavedFigure& figure : after.figures) {
        const auto same_name = [&](const SavedFigure& other) {
            return other.name() == figure.name();
        };
        auto match = std::find_if(old.begin(), old.end(), [&](const SavedFigure& other) {
            return same_name(other) && other.setup == figure.setup;
        });
        if (match == old.end()) match = std::find_if(old.begin(), old.end(), same_name);
        if (match == old.end()) {
            table.rows.push_back(alone(figure, true));
            continue;
        }
        table.rows.push_back(judge(*match, figure, threshold));
        old.erase(match);
    }
    for (const SavedFigure& figure : old) table.rows.push_back(alone(figure, false));
    if (table.differences.empty()) return table;
    for (ResultRow& row : table.rows) {
        row.change.reset();
        row.interval.reset();
        row.verdict = Change::not_compared;
        row.reason = "another environment";
    }
    return table;
}

int exit_code_of(const ResultTable& table, bool threshold) {
    const auto count = [&](Change change) {
        return std::count_if(table.rows.begin(), table.rows.end(),
                             [&](const ResultRow& row) { return row.verdict == change; });
    };
    const auto compared =
        static_cast<std::ptrdiff_t>(table.rows.size()) - count(Change::not_compared);
    std::vector<model::Outcome> outcomes;
    if (count(Change::regression) > 0) outcomes.push_back(model::Outcome::failed);
    const bool unknown = count(Change::undecided) + count(Change::not_compared) > 0 ||
                         compared == count(Change::not_judged);
    if (compared == 0 || (threshold && unknown)) outcomes.push_back(model::Outcome::invalid);
    return model::exit_code_of(outcomes, false);
}

model::Outcome outcome_of(const ResultRow& row) {
    switch (row.verdict) {
        case Change::regression:
            return model::Outcome::failed;
        case Change::undecided:
            return model::Outcome::invalid;
        case Change::not_compared:
            return model::Outcome::skipped;
        default:
            return model::Outcome::passed;
    }
}

}  // namespace xdpbench::report
