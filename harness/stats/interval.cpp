#include "stats/interval.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "stats/distribution.h"
#include "stats/summary.h"

namespace xdpbench::stats {

std::optional<Interval> median_interval(std::span<const double> samples, double confidence) {
    if (!all_finite(samples)) return std::nullopt;
    std::vector<double> sorted(samples.begin(), samples.end());
    const std::size_t n = sorted.size();
    // With `outside` samples left out at either end the median is missed if at most that many of
    // n fair coins show heads, or tails.
    const auto coverage = [&](std::size_t outside) { return 1 - 2 * fair_coins_cdf(n, outside); };
    if (n < 2 || !(confidence > 0) || coverage(0) < confidence) return std::nullopt;
    std::sort(sorted.begin(), sorted.end());
    std::size_t outside = 0;
    while (2 * (outside + 1) < n && coverage(outside + 1) >= confidence) ++outside;
    return Interval{sorted[outside], sorted[n - 1 - outside], coverage(outside)};
}

}  // namespace xdpbench::stats
