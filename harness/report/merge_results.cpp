// Several results of one side as one.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "report/saved_result.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

void begin_runs(SavedFigure& figure) {
    const auto middle = stats::median(figure.samples);
    const auto cycles = stats::median(figure.cycles);
    if (figure.runs.empty() && middle) figure.runs = {*middle};
    if (figure.cycle_runs.empty() && cycles) figure.cycle_runs = {*cycles};
}

void append(std::vector<double>& to, const std::vector<double>& more) {
    to.insert(to.end(), more.begin(), more.end());
}

// `other` is the same figure of another run.
void add_run(SavedFigure& figure, SavedFigure other) {
    begin_runs(other);
    // Cycles of some runs only are none.
    const bool clocked = !figure.cycles.empty() && !other.cycles.empty();
    append(figure.samples, other.samples);
    append(figure.runs, other.runs);
    if (clocked) {
        append(figure.cycles, other.cycles);
        append(figure.gigahertz, other.gigahertz);
        append(figure.cycle_runs, other.cycle_runs);
    } else {
        figure.cycles.clear();
        figure.gigahertz.clear();
        figure.cycle_runs.clear();
    }
    if (figure.baseline_shares.empty() || other.baseline_shares.empty())
        figure.baseline_shares.clear();
    else
        append(figure.baseline_shares, other.baseline_shares);
    figure.within = std::max(figure.within, other.within);
    figure.baseline_within = std::max(figure.baseline_within, other.baseline_within);
    figure.ratio_within = std::max(figure.ratio_within, other.ratio_within);
    figure.excluded = std::max(figure.excluded, other.excluded);
    figure.core_ipc = std::max(figure.core_ipc, other.core_ipc);
    figure.shared_rounds += other.shared_rounds;
    figure.shared_throughout = figure.shared_throughout && other.shared_throughout;
}

}  // namespace

Result<SavedResult> merge_results(const std::vector<SavedResult>& results,
                                  const std::vector<std::string>& names) {
    SavedResult merged = results.front();
    if (results.size() == 1) return merged;
    for (SavedFigure& figure : merged.figures) begin_runs(figure);
    for (std::size_t i = 1; i < results.size(); ++i) {
        const std::vector<std::string> unlike = environment_differences(results[0], results[i]);
        if (!unlike.empty())
            return input_error(fmt::format("{} and {} are of different environments: {}", names[0],
                                           names[i], fmt::join(unlike, "; ")),
                               "give results of one machine and one version for each side");
        for (SavedFigure& figure : merged.figures) {
            const auto same = std::find_if(results[i].figures.begin(), results[i].figures.end(),
                                           [&](const SavedFigure& other) {
                                               return other.name() == figure.name() &&
                                                      other.setup == figure.setup &&
                                                      other.outcome == figure.outcome;
                                           });
            // A search has bounds, and one value is what it found.
            if (same != results[i].figures.end() && !figure.bounds) add_run(figure, *same);
        }
    }
    return merged;
}

}  // namespace xdpbench::report
