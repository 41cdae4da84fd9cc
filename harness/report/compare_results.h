// `xdp-bench compare old.json new.json`: two results side by side, judged only where they are of
// the same environment and were measured in the same way. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/outcome.h"
#include "report/saved_result.h"
#include "stats/interval.h"

namespace xdpbench::report {

// Of a figure of which more is better what is said of the change holds for its fall.
enum class Change {
    none_shown,    // the interval of the change holds 0
    faster,        // it lies below 0
    slower,        // it lies above 0, but not above the threshold, or none was set
    regression,    // it lies above the threshold
    undecided,     // it holds the threshold, or there are too few rounds for an interval
    not_judged,    // shown only: one value each, of which nobody knows the spread
    not_compared,  // another environment, another setup, an invalid one, or only one of both
};
[[nodiscard]] std::string_view name(Change change);

struct BeforeAfter {
    double before = 0;
    double after = 0;
    [[nodiscard]] double change() const { return after / before - 1; }  // relative
};

// Beside a bench that is compared in cycles: medians of the same rounds, not judged.
struct ClockedPair {
    BeforeAfter ns;         // per packet, whole path
    BeforeAfter gigahertz;  // of the CPU's clock
};

struct ResultRow {
    std::string bench;
    std::string unit;              // of the two: "cycles", "ns", "pps"
    std::optional<double> before;  // medians of the rounds, or the one value
    std::optional<double> after;
    std::optional<double> change;             // relative: 0.03 is 3 % more
    std::optional<stats::Interval> interval;  // of the change
    // The change is that of the ratio to the baseline, which itself changed by so much.
    std::optional<double> baseline_change;
    Change verdict = Change::not_compared;
    std::string reason;  // why it is not compared, not judged or undecided, or what may mislead
    std::optional<ClockedPair> clocked;
};

// From here on (relative) a clock that differs between two results is worth a word.
inline constexpr double kMarkedClock = 0.03;

struct ResultTable {
    std::vector<std::string> differences;  // of the environments: "kernel: 6.1 / 6.18"
    std::vector<ResultRow> rows;
    std::optional<double> threshold;  // that a regression is above; nothing: no row is judged
    // Of the command that compares, and of the new side.
    std::string command_line;
    std::string started;  // UTC, ISO 8601
    double seconds = 0;
    std::vector<std::pair<std::string, std::string>> environment;
    bool interrupted = false;
    int exit_code = 0;
};

// A bench is compared in cycles per packet where both results have them, because the clock of a
// shared machine drifts from run to run, and in ns/packet otherwise.
//
// Per figure with rounds (a bench's whole path, packets/s processed at a rate) the change. With one
// run a side: the Hodges-Lehmann shift of the rounds' logarithms with its exact Mann-Whitney
// interval of at least `kResultConfidence` (which takes 4 rounds each), widened by what separate
// runs of one program differ by (stats/run_difference.h). With several runs a side (merge_results):
// the difference of the runs' means, with the variance between runs. The throughput that a search
// found is one value each, between two bounds: it changed if it did by more than either search's
// width, and not just because the generator offered less. `threshold`: the relative slowdown, or
// fall of a rate, that is a regression, or nothing.
inline constexpr double kResultConfidence = 0.95;
[[nodiscard]] ResultTable compare_results(const SavedResult& before, const SavedResult& after,
                                          std::optional<double> threshold);

// 1 where a row is a regression; else 3 where, with a threshold, a row is undecided or not
// compared or none is judged, or without one nothing could be compared; else 0.
[[nodiscard]] int exit_code_of(const ResultTable& table, bool threshold);

// What a row means: a regression has failed, what is undecided is invalid, what is not compared
// was skipped.
[[nodiscard]] model::Outcome outcome_of(const ResultRow& row);

// "123.4 ns", "345.6 cycles", "1.25 Mpps"; "-" of none.
[[nodiscard]] std::string figure_text(std::optional<double> value, const std::string& unit);

// For a person: the table, and what has to be known to read it.
[[nodiscard]] std::string to_text(const ResultTable& table);

}  // namespace xdpbench::report
