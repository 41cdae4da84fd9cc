// A histogram of latencies in the bucket layout of HdrHistogram (bpf/include/latency.h), and its
// quantiles. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "latency.h"

namespace xdpbench::stats {

class LatencyHistogram {
  public:
    static constexpr std::size_t kBuckets = LATENCY_BUCKETS;
    // A bucket is at most this share of its values wide.
    static constexpr double kResolution = 1.0 / (1U << LATENCY_HALF_BITS);

    // Adds samples of one bucket, or those of another histogram.
    void add(std::size_t bucket, std::uint64_t samples);
    void add(const LatencyHistogram& other);
    // A sample that may be longer than all before it, exactly.
    void note_longest(std::uint64_t ns);

    [[nodiscard]] std::uint64_t samples() const { return samples_; }
    [[nodiscard]] std::uint64_t count(std::size_t bucket) const { return counts_[bucket]; }
    [[nodiscard]] std::uint64_t longest() const { return longest_; }  // ns

    // The latency in ns that a fraction `q` (0 to 1) of the samples does not exceed: the highest
    // value of the bucket in which sample number ceil(q * samples) lies, as HdrHistogram's
    // getValueAtPercentile; never above the longest. Nothing without samples. Off by at most
    // kResolution.
    [[nodiscard]] std::optional<std::uint64_t> quantile(double q) const;

    // The values in ns that a bucket holds, both ends included.
    [[nodiscard]] static std::uint64_t lowest_of(std::size_t bucket);
    [[nodiscard]] static std::uint64_t highest_of(std::size_t bucket);

  private:
    std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(kBuckets);
    std::uint64_t samples_ = 0;
    std::uint64_t longest_ = 0;
};

}  // namespace xdpbench::stats
