// How exactly a figure is known from the windows of a measurement, and when that is enough. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "stats/interval.h"

namespace xdpbench::stats {

// Fixed before the first window is measured. An interval that is looked at as often as one likes
// misses more often than it says: one stops when it happens to be narrow.
struct PrecisionPlan {
    double precision = 0.005;  // wanted: half of the interval's width, as a share of the figure
    double confidence = 0.95;  // of the interval, over all looks together
    // Numbers of windows at which the figure is judged, rising (plan_looks).
    std::vector<std::size_t> looks;
    // Windows are judged in so many blocks of neighbours: windows that follow each other are alike,
    // blocks are less so, and they grow with the measurement.
    std::size_t blocks = 20;
};

// From `first` to `last` (included), each half as many again as the one before.
[[nodiscard]] std::vector<std::size_t> plan_looks(std::size_t first, std::size_t last);

// A figure and what it lies between with the confidence asked for.
struct Estimate {
    double figure = 0;
    Interval interval;

    // The larger distance from the figure to an end of the interval.
    [[nodiscard]] double error() const;
    // error() is at most this share of the figure.
    [[nodiscard]] bool within(double precision) const;
    bool operator==(const Estimate&) const = default;
};

// The quantile `q` (0 to 1, both excluded) of `windows`, given in the order in which they were
// measured, and an interval for that of the distribution that they are drawn from. The share of
// windows below the figure is counted in each block. How much that varies from block to block says
// how far the share may be off, and so which order statistics the quantile lies between. Where
// neighbouring blocks are alike the interval is wider by their lag-1 autocorrelation.
//
// Covers at each look with 1 - (1 - confidence) / looks. Simulated with stopping at the first look
// within 0.5 %, for independent windows, spikes, and drifts that last up to 20 windows: 95 % or
// more. Drifts of 50 windows: 87 to 95 %. Levels that last 20 windows and are 4 % apart: 87 to
// 91 % for the median, 97 % for the lower quartile (xdp-bench-statistics-proof).
//
// Nothing while there are fewer windows than blocks or the interval would reach beyond the lowest
// or highest window, nor with a value that is not finite.
[[nodiscard]] std::optional<Estimate> estimate_quantile(std::span<const double> windows, double q,
                                                        const PrecisionPlan& plan);

// a - b, as if the two were independent. Where the same drift moves both, the interval is too wide.
[[nodiscard]] Estimate difference(const Estimate& a, const Estimate& b);

}  // namespace xdpbench::stats
