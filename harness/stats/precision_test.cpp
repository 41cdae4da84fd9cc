#include "stats/precision.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "stats/simulated_stopping_test.h"

namespace xdpbench::stats {
namespace {

TEST(Precision, LooksGrowAndEndWithTheLast) {
    EXPECT_EQ(plan_looks(100, 400), (std::vector<std::size_t>{100, 150, 225, 338, 400}));
    EXPECT_EQ(plan_looks(100, 100), (std::vector<std::size_t>{100}));
    EXPECT_EQ(plan_looks(500, 100), (std::vector<std::size_t>{100}));
    EXPECT_EQ(plan_looks(0, 3), (std::vector<std::size_t>{1, 2, 3}));
}

// Windows 1 to 400, half of each block below the median: as exact as independent windows are.
TEST(Precision, OrderStatisticsAroundTheQuantile) {
    std::vector<double> windows;
    for (int i = 1; i <= 200; ++i) windows.insert(windows.end(), {1.0 * i, 401.0 - i});
    PrecisionPlan plan;
    plan.looks = {400};
    const auto median = estimate_quantile(windows, 0.5, plan);
    ASSERT_TRUE(median);
    EXPECT_DOUBLE_EQ(median->figure, 200.5);
    // t(0.975, 19 degrees) = 2.093; the share's standard error is sqrt(0.25 / 400).
    EXPECT_NEAR(median->interval.high - 200.5, 399 * 2.093 * 0.025, 0.2);
    EXPECT_NEAR(200.5 - median->interval.low, 399 * 2.093 * 0.025, 0.2);
    EXPECT_DOUBLE_EQ(median->interval.coverage, 0.95);
    EXPECT_TRUE(median->within(0.11));
    EXPECT_FALSE(median->within(0.10));
}

TEST(Precision, MoreLooksNeedWiderIntervals) {
    std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same windows every time
    const std::vector<double> windows = independent(0.01)(random, 300);
    PrecisionPlan once;
    once.looks = {300};
    PrecisionPlan often;
    often.looks = plan_looks(30, 3000);
    EXPECT_LT(estimate_quantile(windows, 0.5, once)->error(),
              estimate_quantile(windows, 0.5, often)->error());
}

TEST(Precision, DriftNeedsWiderIntervals) {
    std::mt19937 random(1);  // NOLINT(cert-msc51-cpp)
    PrecisionPlan plan;
    plan.looks = {1000};
    const auto still = estimate_quantile(independent(0.01)(random, 1000), 0.5, plan);
    const auto drift = estimate_quantile(drifting(0.01, 0.98)(random, 1000), 0.5, plan);
    EXPECT_GT(drift->error(), 3 * still->error());
}

TEST(Precision, NothingFromTooLittle) {
    const PrecisionPlan plan;
    const std::vector<double> equal(100, 5.0);
    EXPECT_FALSE(estimate_quantile({}, 0.5, plan));
    EXPECT_FALSE(estimate_quantile(std::span(equal).first(19), 0.5, plan));
    EXPECT_FALSE(estimate_quantile(equal, 0, plan));
    EXPECT_FALSE(estimate_quantile(equal, 0.01, plan));  // would reach below the lowest window
    EXPECT_EQ(estimate_quantile(equal, 0.5, plan), (Estimate{5, {5, 5, 0.95}}));
    std::vector<double> broken = equal;
    broken[50] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(estimate_quantile(broken, 0.5, plan));
}

TEST(Precision, DifferencesAddTheirErrors) {
    const Estimate cost = difference({50, {47, 54, 0.95}}, {20, {16, 23, 0.9}});
    EXPECT_DOUBLE_EQ(cost.figure, 30);
    EXPECT_DOUBLE_EQ(cost.interval.low, 30 - std::hypot(3, 3));
    EXPECT_DOUBLE_EQ(cost.interval.high, 30 + std::hypot(4, 4));
    EXPECT_DOUBLE_EQ(cost.interval.coverage, 0.9);
}

// What the interval is for: it holds although the measurement stops when it is narrow.
TEST(Precision, CoversAlthoughItStopsEarly) {
    constexpr int kMeasurements = 60;
    const Simulate drift = both(drifting(0.01, 0.95), independent(0.01));
    for (const double q : {0.25, 0.5}) {
        EXPECT_GE(simulate_stopping(independent(0.03), q, kMeasurements).covered, 0.95);
        EXPECT_GE(simulate_stopping(drift, q, kMeasurements).covered, 0.9);
        EXPECT_GE(simulate_stopping(with_spikes(drift, 0.1, 1), q, kMeasurements).covered, 0.9);
    }
    EXPECT_GE(simulate_stopping(switching(0.01, 0.04, 20), 0.25, kMeasurements).covered, 0.9);
}

TEST(Precision, StopsEarlyWhereItCan) {
    const Stopping quiet = simulate_stopping(independent(0.01), 0.5, 20);
    EXPECT_NEAR(quiet.reached, 1, 1e-9);
    EXPECT_LT(quiet.windows, 250);
    EXPECT_EQ(simulate_stopping(drifting(0.05, 0.98), 0.5, 20).reached, 0);
}

}  // namespace
}  // namespace xdpbench::stats
