// `xdp-bench compare old.json new.json`: two results side by side, judged only where they are of
// the same environment and were measured in the same way. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "stats/interval.h"

namespace xdpbench {

// What a comparison needs of a bench of a result file.
struct SavedBench {
    std::string program;
    std::string mode;
    std::string action;
    std::string variant;  // "/size:64/flows:1000/separate"; mostly empty
    // How it was measured: traffic, placement, CPU and so on, by their names in the file. Figures
    // are compared only where all of these are equal.
    std::map<std::string, std::string> setup;
    std::string outcome;
    std::vector<double> ns_per_packet;  // of each round

    [[nodiscard]] std::string name() const { return program + "/" + mode + variant + "/" + action; }
};

struct SavedResult {
    std::string started;
    std::map<std::string, std::string> environment;
    std::vector<SavedBench> benches;
};

// Reads a result document; `name` is for the error that says what is wrong with it.
Result<SavedResult> parse_result(std::string_view json, const std::string& name);

enum class Change {
    none_shown,   // the interval of the change holds 0
    faster,       // it lies below 0
    slower,       // it lies above 0, but not above the threshold, or none was set
    regression,   // it lies above the threshold
    undecided,    // it holds the threshold, or there are too few rounds for an interval
    not_compared  // another environment, another setup, an invalid bench, or only one of both
};
[[nodiscard]] std::string_view name(Change change);

struct ResultRow {
    std::string bench;
    std::optional<double> old_ns;  // medians of the rounds
    std::optional<double> new_ns;
    std::optional<double> change;      // relative: 0.03 is 3 % slower
    std::optional<Interval> interval;  // of the change
    Change verdict = Change::not_compared;
    std::string reason;  // why it is not compared or undecided
};

struct ResultTable {
    std::vector<std::string> differences;  // of the environments: "kernel: 6.1 / 6.18"
    std::vector<ResultRow> rows;
};

// Per bench the change of ns/packet of the whole path: the Hodges-Lehmann shift of the rounds'
// logarithms with its exact Mann-Whitney interval of at least `kResultConfidence` (which takes 4
// rounds each). `threshold`: the relative slowdown that is a regression, or nothing.
inline constexpr double kResultConfidence = 0.95;
[[nodiscard]] ResultTable compare_results(const SavedResult& before, const SavedResult& after,
                                          std::optional<double> threshold);

// 1 where a row is a regression; else 3 where, with a threshold, a row is undecided or not
// compared, or without one nothing could be compared; else 0.
[[nodiscard]] int exit_code_of(const ResultTable& table, bool threshold);

// For a person.
[[nodiscard]] std::string to_text(const ResultTable& table);

}  // namespace xdpbench
