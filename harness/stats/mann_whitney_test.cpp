#include "stats/mann_whitney.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <vector>

#include "stats/scipy_fixtures_test.h"

namespace xdpbench::stats {
namespace {

void expect_as(const scipy::MannWhitneyCase& expected, bool exact) {
    const std::optional<MannWhitney> result = mann_whitney(expected.first, expected.second);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->exact, exact);
    EXPECT_EQ(result->u, expected.u);
    EXPECT_NEAR(result->p_greater, expected.greater, 1e-12);
    EXPECT_NEAR(result->p_less, expected.less, 1e-12);
    EXPECT_NEAR(result->p_two_sided, expected.two_sided, 1e-12);
}

TEST(MannWhitney, ExactAsScipy) {
    for (const scipy::MannWhitneyCase& expected : scipy::kMannWhitneyExact) {
        expect_as(expected, true);
    }
}

TEST(MannWhitney, NormalWithTiesAsScipy) {
    for (const scipy::MannWhitneyCase& expected : scipy::kMannWhitneyNormal) {
        expect_as(expected, false);
    }
}

// Mann and Whitney's table: m = n = 5, P(U <= 2) = 4 / 252.
TEST(MannWhitney, PublishedProbability) {
    const std::array<double, 5> low{1, 2, 3, 5, 6};
    const std::array<double, 5> high{4, 7, 8, 9, 10};
    EXPECT_EQ(mann_whitney(high, low)->u, 2);
    EXPECT_NEAR(mann_whitney(high, low)->p_less, 4.0 / 252, 1e-14);
}

// By hand: of the 6 ways to choose two of {1, 2, 2, 3}, those with a rank sum of 6.5 or more are
// {2, 3} twice.
TEST(MannWhitney, ExactWithTies) {
    const std::array<double, 2> first{1, 2};
    const std::array<double, 2> second{2, 3};
    EXPECT_EQ(mann_whitney(first, second)->u, 3.5);
    EXPECT_NEAR(mann_whitney(first, second)->p_greater, 2.0 / 6, 1e-14);
}

TEST(MannWhitney, EqualSamplesAreNoEvidence) {
    const std::vector<double> few(5, 1.0);
    const std::vector<double> many(80, 1.0);
    EXPECT_EQ(mann_whitney(few, few)->p_two_sided, 1);
    EXPECT_EQ(mann_whitney(many, many)->p_two_sided, 1);
}

TEST(MannWhitney, NothingOfNothing) {
    const std::array<double, 1> one{1};
    EXPECT_FALSE(mann_whitney({}, one));
    EXPECT_FALSE(mann_whitney(one, {}));
    EXPECT_FALSE(mann_whitney(one, std::array<double, 1>{std::numeric_limits<double>::infinity()}));
}

// Hollander and Wolfe, example 4.1 (permeability of human chorioamnion, at term and at 12 to 26
// weeks): shift -0.305; R's wilcox.test(conf.int = TRUE) gives -0.76 to 0.15 for 95 %.
TEST(ShiftInterval, HollanderAndWolfe) {
    const std::array<double, 10> term{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    const std::array<double, 5> early{1.15, 0.88, 0.90, 0.74, 1.21};
    const std::optional<ShiftInterval> result = shift_interval(term, early, 0.95);
    ASSERT_TRUE(result);
    EXPECT_NEAR(result->shift, -0.305, 1e-12);
    EXPECT_NEAR(result->interval.low, -0.76, 1e-12);
    EXPECT_NEAR(result->interval.high, 0.15, 1e-12);
    EXPECT_GE(result->interval.coverage, 0.95);
}

TEST(ShiftInterval, TooFewForTheConfidence) {
    const std::array<double, 3> three{1, 2, 3};
    const std::array<double, 4> four{2, 3, 4, 5};
    EXPECT_FALSE(shift_interval(three, three, 0.95));  // 3 and 3: at most 0.9
    EXPECT_TRUE(shift_interval(three, three, 0.9));
    EXPECT_TRUE(shift_interval(four, four, 0.95));
    EXPECT_FALSE(shift_interval({}, four, 0.5));
}

TEST(ShiftInterval, ManySamples) {
    std::vector<double> low;
    std::vector<double> high;
    for (int i = 0; i < 80; ++i) {
        low.push_back(i * 0.01);
        high.push_back(i * 0.01 + 5);
    }
    const std::optional<ShiftInterval> result = shift_interval(low, high, 0.99);
    ASSERT_TRUE(result);
    EXPECT_NEAR(result->shift, 5, 1e-9);
    EXPECT_LT(result->interval.low, 5);
    EXPECT_GT(result->interval.low, 4.85);
    EXPECT_LT(result->interval.high, 5.15);
}

}  // namespace
}  // namespace xdpbench::stats
