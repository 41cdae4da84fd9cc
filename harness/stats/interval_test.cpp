#include "stats/interval.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

#include "stats/scipy_fixtures_test.h"

namespace xdpbench::stats {
namespace {

TEST(MedianInterval, OrderStatisticsAndCoverageAsScipy) {
    for (const scipy::MedianIntervalCase& expected : scipy::kMedianInterval) {
        std::vector<double> samples;
        for (double x = expected.samples; x >= 1; --x) samples.push_back(x);  // value = rank
        const std::optional<Interval> interval = median_interval(samples, expected.confidence);
        ASSERT_TRUE(interval);
        EXPECT_EQ(interval->low, expected.k);
        EXPECT_EQ(interval->high, expected.samples + 1 - expected.k);
        EXPECT_NEAR(interval->coverage, expected.coverage, 1e-12);
    }
}

TEST(MedianInterval, TooFewForTheConfidence) {
    const std::array<double, 7> seven{1, 2, 3, 4, 5, 6, 7};
    EXPECT_FALSE(median_interval(seven, 0.99));
    EXPECT_TRUE(median_interval(seven, 0.95));
    EXPECT_FALSE(median_interval(std::span(seven).first(5), 0.95));
    EXPECT_FALSE(median_interval(std::span(seven).first(1), 0.5));
    EXPECT_FALSE(median_interval({}, 0.95));
    EXPECT_FALSE(median_interval(
        std::array<double, 3>{1, 2, std::numeric_limits<double>::quiet_NaN()}, 0.5));
}

// The coverage holds for a lopsided distribution too: that is what order statistics are for.
TEST(MedianInterval, CoversAsOftenAsItSays) {
    std::mt19937 random(4);  // NOLINT(cert-msc51-cpp): the same samples every time
    std::exponential_distribution<double> draw(1);
    constexpr double kMedian = 0.693147180559945309;
    constexpr int kRepetitions = 20'000;
    int covered = 0;
    double coverage = 0;
    for (int repetition = 0; repetition < kRepetitions; ++repetition) {
        std::vector<double> samples(16);
        for (double& sample : samples) sample = draw(random);
        const Interval interval = *median_interval(samples, 0.95);
        coverage = interval.coverage;
        if (interval.low <= kMedian && kMedian <= interval.high) ++covered;
    }
    EXPECT_NEAR(covered / static_cast<double>(kRepetitions), coverage, 0.004);
}

}  // namespace
}  // namespace xdpbench::stats
