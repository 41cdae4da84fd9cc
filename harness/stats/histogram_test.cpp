#include "stats/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <vector>

namespace xdpbench::stats {
namespace {

LatencyHistogram histogram_of(const std::vector<std::uint64_t>& samples) {
    LatencyHistogram histogram;
    for (const std::uint64_t sample : samples) {
        histogram.add(latency_bucket(sample), 1);
        histogram.note_longest(sample);
    }
    return histogram;
}

// Every bucket begins where the one before it ended, and the ends of each fall into it.
TEST(LatencyHistogram, BucketsCoverEveryValueOnce) {
    std::uint64_t expected = 0;
    for (std::size_t bucket = 0; bucket < LatencyHistogram::kBuckets; ++bucket) {
        const std::uint64_t lowest = LatencyHistogram::lowest_of(bucket);
        const std::uint64_t highest = LatencyHistogram::highest_of(bucket);
        ASSERT_EQ(lowest, expected);
        ASSERT_EQ(latency_bucket(lowest), bucket);
        ASSERT_EQ(latency_bucket(highest), bucket);
        const auto width = static_cast<double>(highest - lowest);
        ASSERT_LE(width, LatencyHistogram::kResolution * static_cast<double>(lowest) + 1e-9);
        expected = highest + 1;
    }
    EXPECT_EQ(expected, std::uint64_t{1} << LATENCY_VALUE_BITS);
}

// The index as HdrHistogram's documentation computes it, with a count of leading zeros.
TEST(LatencyHistogram, LayoutIsHdrHistograms) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 100'000; ++i) {
        const std::uint64_t value = random() >> (28 + random() % 36);
        const int magnitude =
            std::max(0, static_cast<int>(std::bit_width(value)) - (LATENCY_HALF_BITS + 1));
        const std::uint64_t sub_bucket = value >> magnitude;
        const std::uint64_t index =
            (static_cast<std::uint64_t>(magnitude + 1) << LATENCY_HALF_BITS) + sub_bucket -
            (std::uint64_t{1} << LATENCY_HALF_BITS);
        ASSERT_EQ(latency_bucket(value), index) << value;
    }
}

TEST(LatencyHistogram, WhatIsTooLongCountsInTheLastBucket) {
    EXPECT_EQ(latency_bucket(std::uint64_t{1} << LATENCY_VALUE_BITS),
              LatencyHistogram::kBuckets - 1);
    EXPECT_EQ(latency_bucket(~std::uint64_t{0}), LatencyHistogram::kBuckets - 1);
}

// Against the exact quantiles of the samples, never below and at most the resolution above.
TEST(LatencyHistogram, QuantilesAreExactToTheResolution) {
    std::mt19937_64 random(7);
    std::lognormal_distribution<double> distribution(8, 1.5);
    std::vector<std::uint64_t> samples;
    for (int i = 0; i < 20'000; ++i)
        samples.push_back(static_cast<std::uint64_t>(distribution(random)));
    const LatencyHistogram histogram = histogram_of(samples);
    std::sort(samples.begin(), samples.end());
    for (const double q : {0.0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
        const auto rank = std::max<std::size_t>(
            1, static_cast<std::size_t>(std::ceil(q * static_cast<double>(samples.size()))));
        const std::uint64_t exact = samples[rank - 1];
        const std::uint64_t found = histogram.quantile(q).value_or(0);
        EXPECT_GE(found, exact) << q;
        EXPECT_LE(static_cast<double>(found),
                  static_cast<double>(exact) * (1 + LatencyHistogram::kResolution))
            << q;
    }
    EXPECT_EQ(histogram.quantile(1), samples.back());
    EXPECT_EQ(histogram.longest(), samples.back());
}

TEST(LatencyHistogram, NoSamplesHaveNoQuantile) {
    EXPECT_FALSE(LatencyHistogram().quantile(0.5));
    EXPECT_FALSE(histogram_of({1}).quantile(1.5));
    EXPECT_FALSE(histogram_of({1}).quantile(std::nan("")));
}

TEST(LatencyHistogram, MergedIsAsIfCountedTogether) {
    LatencyHistogram merged = histogram_of({10, 20, 3000});
    merged.add(histogram_of({70'000, 5}));
    const LatencyHistogram together = histogram_of({10, 20, 3000, 70'000, 5});
    EXPECT_EQ(merged.samples(), 5);
    EXPECT_EQ(merged.longest(), 70'000);
    for (std::size_t bucket = 0; bucket < LatencyHistogram::kBuckets; ++bucket)
        ASSERT_EQ(merged.count(bucket), together.count(bucket));
}

}  // namespace
}  // namespace xdpbench::stats
