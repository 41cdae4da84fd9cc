// Where a series of results changed its level: E-divisive means (D. S. Matteson and N. A. James,
// "A Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data", Journal of
// the American Statistical Association 109 (2014)) with a permutation test. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace xdpbench::stats {

struct ChangePlan {
    // Probability of any change point in a series of independent values that did not change.
    double alpha = 0.005;
    double smallest_effect = 0.01;  // relative; smaller changes are not reported
    std::size_t shortest = 3;       // values on either side of a change, at least 2
    // Values that are permuted together. 1: values are independent. More: values that follow each
    // other are alike, over about so many of them. 0: as many as the lag-1 autocorrelation of the
    // series asks for. Simulated with 100 values, an autocorrelation of 0.4 raises 1.9 % alarms
    // with 0 and 9 % with 1.
    std::size_t block = 0;
    std::size_t permutations = 999;
    std::uint32_t seed = 1;  // the same series has the same change points every time
};

struct ChangePoint {
    std::size_t index = 0;  // of the first value after the change
    // Medians between this change and its neighbours.
    double before = 0;
    double after = 0;
    double p = 1;  // of the permutation test, at least 1 / (permutations + 1)

    // after / before - 1. Infinite if `before` is 0.
    [[nodiscard]] double effect() const;
    bool operator==(const ChangePoint&) const = default;
};

// The change points in the order of the series. Nothing if a value is not finite. Time and memory:
// n log n for a segment of n values, times the permutations where there is a change.
[[nodiscard]] std::optional<std::vector<ChangePoint>> find_changes(std::span<const double> series,
                                                                   const ChangePlan& plan = {});

}  // namespace xdpbench::stats
