#include "stats/run_difference.h"

#include <algorithm>
#include <cmath>
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

}  // namespace

std::optional<RunDifference> run_difference(std::span<const double> first,
                                            std::span<const double> second, double within) {
    if (first.empty() || second.empty() || !all_finite(first) || !all_finite(second) ||
        !(within >= 0))
        return std::nullopt;
    const auto runs = static_cast<double>(first.size() + second.size());
    const double degrees = runs - 2;
    const double seen = squares(first) + squares(second);
    double between =
        (kRunSpreadWeight * kRunSpread * kRunSpread + seen) / (kRunSpreadWeight + degrees);
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

double single_run_allowance() { return normal_quantile(kUpper) * std::sqrt(2.0) * kRunSpread; }

}  // namespace xdpbench::stats
