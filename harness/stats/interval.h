// Intervals that assume nothing about the shape of a distribution. Pure.
#pragma once

#include <optional>
#include <span>

namespace xdpbench::stats {

struct Interval {
    double low = 0;
    double high = 0;
    double coverage = 0;  // what it truly covers with; at least what was asked for

    bool operator==(const Interval&) const = default;
};

// An interval for the median of a distribution, made of two of the samples: the narrowest symmetric
// pair of order statistics that covers it with at least `confidence` (0 to 1). It inverts the sign
// test (H. A. David and H. N. Nagaraja, "Order Statistics", 7.1). Nothing where even lowest to
// highest covers less (fewer than 6 samples for 95 %, 8 for 99 %) or a sample is not finite.
[[nodiscard]] std::optional<Interval> median_interval(std::span<const double> samples,
                                                      double confidence);

}  // namespace xdpbench::stats
