#include "report/compare_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/load.h"
#include "stats/mann_whitney.h"
#include "stats/summary.h"

namespace xdpbench {
namespace {

std::vector<double> logarithms(const std::vector<double>& values) {
    std::vector<double> result;
    result.reserve(values.size());
    for (const double value : values) result.push_back(std::log(value));
    return result;
}

Change verdict_of(const Interval& interval, std::optional<double> threshold) {
    if (threshold && interval.low > *threshold) return Change::regression;
    if (threshold && interval.high > *threshold) return Change::undecided;
    if (interval.low > 0) return Change::slower;
    return interval.high < 0 ? Change::faster : Change::none_shown;
}

// What both figures with rounds say.
void judge_rounds(const SavedFigure& before, const SavedFigure& after,
                  std::optional<double> threshold, ResultRow& row) {
    const std::optional<ShiftInterval> shift =
        shift_interval(logarithms(before.samples), logarithms(after.samples), kResultConfidence);
    if (!shift) {
        row.verdict = Change::undecided;
        row.reason =
            fmt::format("{} and {} rounds are too few for an interval of {:.0f} %",
                        before.samples.size(), after.samples.size(), kResultConfidence * 100);
        return;
    }
    row.change = std::expm1(shift->shift);
    const Interval change{std::expm1(shift->interval.low), std::expm1(shift->interval.high),
                          shift->interval.coverage};
    row.interval = change;
    row.verdict = verdict_of(
        after.more_is_better ? Interval{-change.high, -change.low, change.coverage} : change,
        threshold);
    if (row.verdict == Change::undecided) row.reason = "the interval holds the threshold";
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
    if ((fall > 0 ? after : before).bounds->bound != "program") {
        if (above_threshold) row.verdict = Change::undecided;
        row.reason += "; the lower one is the most that the generator offered";
        return;
    }
    row.verdict = above_threshold ? Change::regression : fall > 0 ? Change::slower : Change::faster;
}

ResultRow judge(const SavedFigure& before, const SavedFigure& after,
                std::optional<double> threshold) {
    ResultRow row;
    row.bench = after.name();
    row.unit = after.unit;
    row.before = median(before.samples);
    row.after = median(after.samples);
    const std::vector<std::string> unlike = setup_differences(before, after);
    if (!unlike.empty()) {
        row.reason = fmt::format("measured differently: {}", fmt::join(unlike, "; "));
    } else if (before.outcome != "passed" || after.outcome != "passed") {
        row.reason = fmt::format("the measurement is {} / {}", before.outcome, after.outcome);
    } else if (!after.unjudged.empty()) {
        row.verdict = Change::not_judged;
        row.reason = after.unjudged;
        if (before.unjudged == after.unjudged && row.before.value_or(0) > 0 && row.after)
            row.change = *row.after / *row.before - 1;
    } else if (after.bounds && before.bounds) {
        judge_bounds(before, after, threshold, row);
    } else {
        judge_rounds(before, after, threshold, row);
    }
    return row;
}

ResultRow alone(const SavedFigure& figure, bool in_new) {
    ResultRow row;
    row.bench = figure.name();
    row.unit = figure.unit;
    (in_new ? row.after : row.before) = median(figure.samples);
    row.reason = in_new ? "only in the new result" : "only in the old result";
    return row;
}

// "123.4 ns", "1.25 Mpps"
std::string figure_text(std::optional<double> value, const std::string& unit) {
    if (!value) return "-";
    return unit == "pps" ? rate_text(*value) : fmt::format("{:.1f} {}", *value, unit);
}

}  // namespace

std::string_view name(Change change) {
    switch (change) {
        case Change::none_shown:
            return "no difference shown";
        case Change::faster:
            return "faster";
        case Change::slower:
            return "slower";
        case Change::regression:
            return "REGRESSION";
        case Change::undecided:
            return "undecided";
        case Change::not_judged:
            return "not judged";
        case Change::not_compared:
            return "not compared";
    }
    return "?";
}

ResultTable compare_results(const SavedResult& before, const SavedResult& after,
                            std::optional<double> threshold) {
    ResultTable table;
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
    if (count(Change::regression) > 0) return 1;
    if (compared == 0 || (threshold && compared == count(Change::not_judged))) return 3;
    if (threshold && count(Change::undecided) + count(Change::not_compared) > 0) return 3;
    return 0;
}

std::string to_text(const ResultTable& table) {
    std::string text;
    if (!table.differences.empty()) {
        text +=
            "The two results are of different environments, so nothing is judged (old / new):\n";
        for (const std::string& line : table.differences) text += fmt::format("  {}\n", line);
        text += "\n";
    }
    std::size_t width = 5;
    for (const ResultRow& row : table.rows) width = std::max(width, row.bench.size());
    text +=
        fmt::format("{:<{}}  {:>11}  {:>11}  {:>8}  {:>20}  verdict\n", "bench", width, "old",
                    "new", "change", fmt::format("interval ({:.0f} %)", kResultConfidence * 100));
    for (const ResultRow& row : table.rows) {
        const std::string change =
            row.change ? fmt::format("{:+.1f} %", *row.change * 100) : std::string("-");
        const std::string interval =
            row.interval ? fmt::format("{:+.1f} % to {:+.1f} %", row.interval->low * 100,
                                       row.interval->high * 100)
                         : std::string("-");
        text +=
            fmt::format("{:<{}}  {:>11}  {:>11}  {:>8}  {:>20}  {}{}\n", row.bench, width,
                        figure_text(row.before, row.unit), figure_text(row.after, row.unit), change,
                        interval, name(row.verdict), row.reason.empty() ? "" : ": " + row.reason);
    }
    return text;
}

}  // namespace xdpbench
