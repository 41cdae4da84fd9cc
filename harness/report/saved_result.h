// A result file of `xdp-bench run`, as far as two of them can be put side by side. Pure.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/bound.h"
#include "model/outcome.h"

namespace xdpbench::report {

// Between which rates a search found the throughput, in packets/s.
struct SavedBounds {
    std::optional<double> upper;  // the lowest rate that does not keep the goal; nothing: none
    model::Bound bound = model::Bound::none;

    // How far the upper bound lies above `lower`, relative to it; 0 without one.
    [[nodiscard]] double width(double lower) const;
};

// One figure of a result: of a bench, an offered rate, a goal of a search, a percentile of latency.
struct SavedFigure {
    std::string program;
    std::string mode;
    std::string action;
    std::string variant;  // "/size:64/flows:1000/separate"; mostly empty
    std::string what;     // "search, loss 0 %"; empty: ns/packet of a bench
    std::string unit = "ns";
    bool more_is_better = false;
    // How it was measured: traffic, placement, CPU and so on, by their names in the file. Figures
    // are compared only where all of these are equal.
    std::map<std::string, std::string> setup;
    model::Outcome outcome = model::Outcome::invalid;  // also of one that this tool does not know
    std::vector<double> samples;  // of each round; of what has no rounds the one value
    // Of a bench: the same rounds in cycles of the CPU per packet, and its clock. Both are empty if
    // a round is without them.
    std::vector<double> cycles;
    std::vector<double> gigahertz;
    // Of a bench: the figure of each run, of all its windows that count. Empty where a file has
    // none and the figure is of one run: then the rounds are the samples.
    std::vector<double> runs = {};
    std::vector<double> cycle_runs = {};
    // Half of a run's 95 % interval, as a share: of the figure, of the baseline, of their ratio.
    double within = 0;
    double baseline_within = 0;
    double ratio_within = 0;
    // Of each of `runs`: baseline / figure. Empty where a run has none.
    std::vector<double> baseline_shares = {};
    double excluded = 0;  // share of the windows that do not count
    double core_ipc = 0;  // of a bench: instructions a cycle that its core gave; 0: unknown
    std::size_t shared_rounds = 0;      // left out, because another thread had part of the core
    bool shared_throughout = false;     // in all of them, which are kept
    std::optional<SavedBounds> bounds;  // of a search, in the place of samples of rounds
    std::string unjudged;               // why it is shown and not judged; empty: it is judged

    // "icmp_lb/native/size:64/XDP_TX search, loss 0 %"
    [[nodiscard]] std::string name() const;
};

struct SavedResult {
    std::string started;
    std::map<std::string, std::string> environment;
    std::vector<SavedFigure> figures;
};

// Reads a result document; `name` is for the error that says what is wrong with it.
Result<SavedResult> parse_result(std::string_view json, const std::string& name);

// Several results of one side as one: figures have the runs of all of them. Figures that a result
// does not have, or that were measured differently there, are of fewer runs. The error names a
// result of another environment than the first.
Result<SavedResult> merge_results(const std::vector<SavedResult>& results,
                                  const std::vector<std::string>& names);

// The keys of the environment that figures depend on, and those of a figure that say how it was
// measured.
[[nodiscard]] std::span<const char* const> environment_keys();
[[nodiscard]] std::span<const char* const> setup_keys();

// "kernel: 6.1 / 6.18" for each key that must be equal for figures to be compared and is not: of
// the environments, and of the setups of two figures.
[[nodiscard]] std::vector<std::string> environment_differences(const SavedResult& before,
                                                               const SavedResult& after);
[[nodiscard]] std::vector<std::string> setup_differences(const SavedFigure& before,
                                                         const SavedFigure& after);

}  // namespace xdpbench::report
