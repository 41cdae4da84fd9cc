// Robust summaries of a handful of samples: what noise of a shared machine does not move. Pure.
#pragma once

#include <optional>
#include <span>

namespace xdpbench::stats {

// All functions: the samples may come in any order and any unit, and the result has their unit
// (relative_range has none). Nothing if there are no samples or one of them is not finite: a
// summary of NaN would be believed.

// No infinity and no NaN.
[[nodiscard]] bool all_finite(std::span<const double> samples);

[[nodiscard]] std::optional<double> min(std::span<const double> samples);
[[nodiscard]] std::optional<double> max(std::span<const double> samples);

// The sample that a fraction `q` (0 to 1, else nothing) of the samples lies below, interpolated
// linearly between the two nearest: x[baseline(h)] + (h - baseline(h)) * (x[baseline(h) + 1] -
// x[baseline(h)]) with h = (n - 1) * q, counted from 0 in sorted order. Type 7 of Hyndman and Fan,
// "Sample Quantiles in Statistical Packages", The American Statistician 50 (1996); the default of
// R's quantile() and of numpy.quantile().
[[nodiscard]] std::optional<double> quantile(std::span<const double> samples, double q);

// The middle sample, or the mean of the two middle ones: quantile(samples, 0.5).
[[nodiscard]] std::optional<double> median(std::span<const double> samples);

// (max - min) / |median|: 0.02 is a spread of 2 %. Nothing if the median is 0, nor for one
// sample: it has no spread.
[[nodiscard]] std::optional<double> relative_range(std::span<const double> samples);

// The median of the distances from the median. Not scaled: times 1.4826 it estimates the standard
// deviation of normally distributed samples.
[[nodiscard]] std::optional<double> median_absolute_deviation(std::span<const double> samples);

}  // namespace xdpbench::stats
