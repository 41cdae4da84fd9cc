#include "stats/histogram.h"

#include <algorithm>
#include <cmath>

namespace xdpbench::stats {
namespace {

constexpr std::size_t kHalf = std::size_t{1} << LATENCY_HALF_BITS;

// By how many bits the values of a bucket are wider than one nanosecond.
std::size_t shift_of(std::size_t bucket) { return bucket < 2 * kHalf ? 0 : bucket / kHalf - 1; }

}  // namespace

void LatencyHistogram::add(std::size_t bucket, std::uint64_t samples) {
    counts_.at(bucket) += samples;
    samples_ += samples;
}

void LatencyHistogram::add(const LatencyHistogram& other) {
    for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) add(bucket, other.count(bucket));
    note_longest(other.longest_);
}

void LatencyHistogram::note_longest(std::uint64_t ns) { longest_ = std::max(longest_, ns); }

std::optional<std::uint64_t> LatencyHistogram::quantile(double q) const {
    if (samples_ == 0 || !(q >= 0 && q <= 1)) return std::nullopt;
    const auto rank = std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(samples_))));
    std::uint64_t below = 0;
    for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
        below += counts_[bucket];
        if (below >= rank) return std::min(highest_of(bucket), longest_);
    }
    return longest_;
}

std::uint64_t LatencyHistogram::lowest_of(std::size_t bucket) {
    const std::size_t shift = shift_of(bucket);
    return (bucket - shift * kHalf) << shift;
}

std::uint64_t LatencyHistogram::highest_of(std::size_t bucket) {
    const std::size_t shift = shift_of(bucket);
    return lowest_of(bucket) + (std::uint64_t{1} << shift) - 1;
}

}  // namespace xdpbench::stats
