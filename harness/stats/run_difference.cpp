#include "stats/run_difference.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <numeric>

#include "stats/distribution.h"
#include "stats/summary.h"

namespace xdpbench::stats {
namespace {

constexpr double kUpper = 1 - (1 - kRunConfidence) / 2;

double mean(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double squares(std::span<const double> values) {
    const double middle = mean(values);
    return std::accumulate(values.begin(), values.end(), 0.0, [&](double sum, double value) {
        return sum + (value - middle) * (value - middle);
    });
}

double width(const Interval& interval) { return interval.high - interval.low; }

std::vector<double> ratios(const ControlledRuns& runs) {
    std::vector<double> result;
    std::transform(runs.figures.begin(), runs.figures.end(), runs.controls.begin(),
                   std::back_inserter(result), std::minus<>());
    return result;
}

// How much of the figures the controls are: of a part of it at most all.
double share_of_controls(const ControlledRuns& first, const ControlledRuns& second) {
    const double log_share = (mean(first.controls) - mean(first.figures) + mean(second.controls) -
                              mean(second.figures)) /
                             2;
    return std::min(1.0, std::exp(log_share));
}

}  // namespace

std::optional<RunDifference> run_difference(std::span<const double> first,
                                            std::span<const double> second, double within,
                                            double spread) {
    if (first.empty() || second.empty() || !all_finite(first) || !all_finite(second) ||
        !(within >= 0))
        return std::nullopt;
    const auto runs = static_cast<double>(first.size() + second.size());
    const double degrees = runs - 2;
    const double seen = squares(first) + squares(second);
    double between = (kRunSpreadWeight * spread * spread + seen) / (kRunSpreadWeight + degrees);
    // Enough runs that spread more know better.
    constexpr double kEnough = 6;
    if (degrees >= kEnough) between = std::max(between, seen / degrees);
    const double variance =
        std::max(between, within) + (degrees > 0 ? 0 : std::min(between, within));
    const double times = degrees > 0 ? student_quantile(kUpper, kRunSpreadWeight + degrees)
                                     : normal_quantile(kUpper);
    const double half = times * std::sqrt(variance / static_cast<double>(first.size()) +
                                          variance / static_cast<double>(second.size()));
    const double shift = mean(second) - mean(first);
    return RunDifference{shift, {shift - half, shift + half, kRunConfidence}};
}

std::optional<ControlledDifference> controlled_difference(const ControlledRuns& first,
                                                          const ControlledRuns& second,
                                                          const ControlledVariance& within) {
    // Figure and control are two programs, each with a place of its own in every run.
    const double spread = std::sqrt(2.0) * kRunSpread;
    const auto plain = run_difference(first.figures, second.figures, within.figure);
    const auto control = run_difference(first.controls, second.controls, within.control);
    const auto ratio = run_difference(ratios(first), ratios(second), within.ratio, spread);
    if (!plain || !control || !ratio) return std::nullopt;
    const double same_time = (1 - share_of_controls(first, second)) * control->shift;
    const Interval either{ratio->interval.low + std::min(0.0, same_time),
                          ratio->interval.high + std::max(0.0, same_time), kRunConfidence};
    const bool moved = control->interval.low > 0 || control->interval.high < 0;
    if (!moved && width(either) >= width(plain->interval)) return ControlledDifference{*plain};
    return ControlledDifference{{ratio->shift, either}, control->shift};
}

double single_run_allowance() { return normal_quantile(kUpper) * std::sqrt(2.0) * kRunSpread; }

}  // namespace xdpbench::stats
