#include "stats/summary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace xdpbench::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Summary, NothingOfNothing) {
    EXPECT_FALSE(min({}));
    EXPECT_FALSE(max({}));
    EXPECT_FALSE(median({}));
    EXPECT_FALSE(quantile({}, 0.5));
    EXPECT_FALSE(relative_range({}));
    EXPECT_FALSE(median_absolute_deviation({}));
}

TEST(Summary, NothingOfWhatIsNotFinite) {
    for (const double bad : {kNaN, kInfinity, -kInfinity}) {
        const std::array<double, 3> samples{1, bad, 3};
        EXPECT_FALSE(min(samples));
        EXPECT_FALSE(max(samples));
        EXPECT_FALSE(median(samples));
        EXPECT_FALSE(relative_range(samples));
        EXPECT_FALSE(median_absolute_deviation(samples));
    }
}

TEST(Summary, OneSample) {
    const std::array<double, 1> samples{7.5};
    EXPECT_EQ(min(samples), 7.5);
    EXPECT_EQ(max(samples), 7.5);
    EXPECT_EQ(median(samples), 7.5);
    EXPECT_EQ(quantile(samples, 0), 7.5);
    EXPECT_EQ(quantile(samples, 1), 7.5);
    EXPECT_FALSE(relative_range(samples));  // which has no spread
    EXPECT_EQ(median_absolute_deviation(samples), 0);
}

TEST(Summary, MedianOfOddAndEven) {
    EXPECT_EQ(median(std::array<double, 5>{9, 1, 5, 3, 7}), 5);
    EXPECT_EQ(median(std::array<double, 4>{10, 1, 4, 2}), 3);
    EXPECT_EQ(median(std::array<double, 4>{-1, -2, -3, -4}), -2.5);
}

TEST(Summary, LeastAndMost) {
    const std::array<double, 4> samples{3, -8, 12, 0};
    EXPECT_EQ(min(samples), -8);
    EXPECT_EQ(max(samples), 12);
}

// R: quantile(1:10) gives 1.00 3.25 5.50 7.75 10.00; the other eight types give other quartiles.
TEST(Quantile, RTypeSevenOfOneToTen) {
    const std::array<double, 10> samples{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    EXPECT_DOUBLE_EQ(*quantile(samples, 0), 1);
    EXPECT_DOUBLE_EQ(*quantile(samples, 0.25), 3.25);
    EXPECT_DOUBLE_EQ(*quantile(samples, 0.5), 5.5);
    EXPECT_DOUBLE_EQ(*quantile(samples, 0.75), 7.75);
    EXPECT_DOUBLE_EQ(*quantile(samples, 1), 10);
    EXPECT_DOUBLE_EQ(*quantile(samples, 0.9), 9.1);
}

// numpy: np.quantile([15, 20, 35, 40, 50], [0.05, 0.3, 0.4, 0.95]) gives 16, 23, 29, 48.
TEST(Quantile, NumpyLinear) {
    const std::array<double, 5> samples{50, 15, 40, 20, 35};
    EXPECT_DOUBLE_EQ(*quantile(samples, 0.05), 16);
    EXPECT_DOUBLE_EQ(*quantile(samples, 0.3), 23);
    EXPECT_DOUBLE_EQ(*quantile(samples, 0.4), 29);
    EXPECT_DOUBLE_EQ(*quantile(samples, 0.95), 48);
}

TEST(Quantile, RefusesWhatIsNoFraction) {
    const std::array<double, 2> samples{1, 2};
    EXPECT_FALSE(quantile(samples, -0.01));
    EXPECT_FALSE(quantile(samples, 1.01));
    EXPECT_FALSE(quantile(samples, kNaN));
}

TEST(Quantile, RisesWithQAndStaysInside) {
    std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same samples every time
    std::uniform_real_distribution<double> draw(-1000, 1000);
    for (std::size_t size = 1; size < 40; ++size) {
        std::vector<double> samples(size);
        for (double& sample : samples) sample = draw(random);
        double last = *min(samples);
        for (int step = 0; step <= 100; ++step) {
            const double value = *quantile(samples, step / 100.0);
            ASSERT_GE(value, last);
            ASSERT_LE(value, *max(samples));
            last = value;
        }
        ASSERT_EQ(last, *max(samples));
    }
}

// lerp() does not form the difference first, which would overflow here.
TEST(Quantile, LargestNumbers) {
    const double most = std::numeric_limits<double>::max();
    EXPECT_EQ(median(std::array<double, 2>{-most, most}), 0);
    EXPECT_EQ(median(std::array<double, 2>{most, most}), most);
}

TEST(RelativeRange, OfTheMedian) {
    EXPECT_DOUBLE_EQ(*relative_range(std::array<double, 3>{90, 100, 115}), 0.25);
    EXPECT_DOUBLE_EQ(*relative_range(std::array<double, 3>{-90, -100, -115}), 0.25);
    EXPECT_FALSE(relative_range(std::array<double, 3>{-1, 0, 1}));
}

// R: mad(c(1, 1, 2, 2, 4, 6, 9), constant = 1) gives 1.
TEST(MedianAbsoluteDeviation, KnownValues) {
    EXPECT_EQ(median_absolute_deviation(std::array<double, 7>{1, 1, 2, 2, 4, 6, 9}), 1);
    EXPECT_EQ(median_absolute_deviation(std::array<double, 4>{1, 2, 3, 4}), 1);
    EXPECT_EQ(median_absolute_deviation(std::array<double, 3>{5, 5, 5}), 0);
}

TEST(MedianAbsoluteDeviation, OneSpikeDoesNotMoveIt) {
    EXPECT_EQ(median_absolute_deviation(std::array<double, 5>{10, 11, 12, 13, 14}),
              median_absolute_deviation(std::array<double, 5>{10, 11, 12, 13, 14e9}));
}

TEST(Summary, TheSamplesAreNotReordered) {
    const std::array<double, 3> samples{3, 1, 2};
    static_cast<void>(median_absolute_deviation(samples));
    EXPECT_EQ(samples, (std::array<double, 3>{3, 1, 2}));
}

}  // namespace
}  // namespace xdpbench::stats
