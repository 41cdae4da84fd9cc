#include "report/headline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace xdpbench::report {
namespace {

const char* const kInterrupted = "interrupted: this is what was done until then";

model::Outcome outcome_of(int exit_code) {
    switch (exit_code) {
        case model::kHeld:
            return model::Outcome::passed;
        case model::kFailed:
            return model::Outcome::failed;
        default:
            return model::Outcome::invalid;
    }
}

// What the exit code means, where it means the same for every command.
std::string exit_text(int exit_code) {
    switch (exit_code) {
        case model::kHeld:
            return "everything passed";
        case model::kFailed:
            return "failed: the program is wrong, or the attach modes disagree";
        case model::kInputError:
            return "error: the environment or the tool";
        case model::kInvalid:
            return "a measurement is invalid";
        case model::kNothingRan:
            return "nothing could run here";
        default:
            return fmt::format("exit code {}", exit_code);
    }
}

bool is_invalid(const model::ComparedCase& one) {
    return one.outcome == model::Outcome::invalid ||
           (one.outcome == model::Outcome::passed &&
            one.comparison.judgement == stats::Judgement::invalid);
}

std::string comparison_text(const model::CompareRecord& record) {
    switch (record.exit_code) {
        case model::kHeld:
            return "not slower";
        case model::kFailed:
            return "the contender is slower";
        case model::kInvalid:
            return std::any_of(record.cases.begin(), record.cases.end(), is_invalid)
                       ? "a measurement is invalid"
                       : "inconclusive: it is not known whether the contender is slower";
        default:
            return exit_text(record.exit_code);
    }
}

std::size_t count_of(const ResultTable& table, Change change) {
    return static_cast<std::size_t>(
        std::count_if(table.rows.begin(), table.rows.end(),
                      [&](const ResultRow& row) { return row.verdict == change; }));
}

// The counts of all rows, the worst first: "1 figure is slower, 2 figures show no difference".
std::string rows_text(const ResultTable& table) {
    std::vector<std::string> parts;
    const auto tell = [&](Change change, std::string_view of_one, std::string_view of_several) {
        const std::size_t count = count_of(table, change);
        if (count > 0)
            parts.push_back(
                fmt::format("{} {}", counted(count, "figure"), count == 1 ? of_one : of_several));
    };
    tell(Change::regression, "is slower than --fail-on-regression allows",
         "are slower than --fail-on-regression allows");
    if (table.threshold)
        tell(Change::slower, "is slower, which --fail-on-regression allows",
             "are slower, which --fail-on-regression allows");
    else
        tell(Change::slower, "is slower (not judged: no --fail-on-regression)",
             "are slower (not judged: no --fail-on-regression)");
    tell(Change::undecided, "is undecided", "are undecided");
    tell(Change::not_compared, "is not compared", "are not compared");
    tell(Change::not_judged, "is not judged", "are not judged");
    tell(Change::faster, "is faster", "are faster");
    tell(Change::none_shown, "shows no difference", "show no difference");
    return parts.empty() ? "there is nothing to compare"
                         : fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

Headline headline_of(const model::RunRecord& run) {
    if (run.interrupted) return {kInterrupted, model::Outcome::invalid};
    return {exit_text(run.exit_code), outcome_of(run.exit_code)};
}

Headline headline_of(const model::CompareRecord& record) {
    if (record.interrupted) return {kInterrupted, model::Outcome::invalid};
    return {comparison_text(record), outcome_of(record.exit_code)};
}

Headline headline_of(const model::QualificationRecord& record) {
    if (record.interrupted) return {kInterrupted, model::Outcome::invalid};
    return {fmt::format("{}: {}", record.device, name_of(verdict_of(record))),
            outcome_of(record.exit_code)};
}

Headline headline_of(const ResultTable& table) {
    if (table.interrupted) return {kInterrupted, model::Outcome::invalid};
    Headline headline{rows_text(table), outcome_of(table.exit_code)};
    const bool unknown = count_of(table, Change::undecided) > 0 ||
                         (!table.threshold && count_of(table, Change::slower) > 0);
    if (unknown && headline.outcome == model::Outcome::passed)
        headline.outcome = model::Outcome::invalid;
    return headline;
}

}  // namespace xdpbench::report
