#include "stats/summary.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace xdpbench::stats {
namespace {

bool usable(std::span<const double> samples) { return !samples.empty() && all_finite(samples); }

// Type 7, see the header. `sorted` is not empty, 0 <= q <= 1.
double quantile_of_sorted(const std::vector<double>& sorted, double q) {
    const double position = static_cast<double>(sorted.size() - 1) * q;
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

}  // namespace

bool all_finite(std::span<const double> samples) {
    return std::all_of(samples.begin(), samples.end(),
                       [](double sample) { return std::isfinite(sample); });
}

std::optional<double> min(std::span<const double> samples) {
    if (!usable(samples)) return std::nullopt;
    return *std::min_element(samples.begin(), samples.end());
}

std::optional<double> max(std::span<const double> samples) {
    if (!usable(samples)) return std::nullopt;
    return *std::max_element(samples.begin(), samples.end());
}

std::optional<double> quantile(std::span<const double> samples, double q) {
    // Written so that a NaN is refused too.
    if (!(q >= 0 && q <= 1) || !usable(samples)) return std::nullopt;
    std::vector<double> sorted(samples.begin(), samples.end());
    std::sort(sorted.begin(), sorted.end());
    return quantile_of_sorted(sorted, q);
}

std::optional<double> median(std::span<const double> samples) { return quantile(samples, 0.5); }

std::optional<double> relative_range(std::span<const double> samples) {
    const std::optional<double> middle = median(samples);
    if (samples.size() < 2 || !middle || *middle == 0) return std::nullopt;
    const auto [least, most] = std::minmax_element(samples.begin(), samples.end());
    return (*most - *least) / std::abs(*middle);
}

std::optional<double> median_absolute_deviation(std::span<const double> samples) {
    const std::optional<double> middle = median(samples);
    if (!middle) return std::nullopt;
    std::vector<double> distances;
    distances.reserve(samples.size());
    for (const double sample : samples) distances.push_back(std::abs(sample - *middle));
    return median(distances);
}

}  // namespace xdpbench::stats
