#include "stats/distribution.h"

#include <gtest/gtest.h>

#include "stats/scipy_fixtures_test.h"

namespace xdpbench::stats {
namespace {

TEST(Normal, QuantilesAsScipyHasThem) {
    for (const scipy::NormalCase& expected : scipy::kNormal) {
        EXPECT_NEAR(normal_quantile(expected.p), expected.z, 1e-10);
        EXPECT_NEAR(normal_cdf(expected.z) / expected.p, 1, 1e-10);
    }
}

TEST(Student, QuantilesAsScipyHasThem) {
    for (const scipy::StudentCase& expected : scipy::kStudent) {
        EXPECT_NEAR(student_quantile(expected.p, expected.degrees) / expected.t, 1, 0.01);
    }
}

TEST(FairCoins, SmallOnesByHand) {
    EXPECT_DOUBLE_EQ(fair_coins_cdf(1, 0), 0.5);
    EXPECT_DOUBLE_EQ(fair_coins_cdf(3, 1), 0.5);
    EXPECT_NEAR(fair_coins_cdf(4, 1), 5.0 / 16, 1e-15);
    EXPECT_EQ(fair_coins_cdf(4, 4), 1);
    EXPECT_EQ(fair_coins_cdf(0, 0), 1);
}

TEST(FairCoins, ManyOfThem) {
    EXPECT_NEAR(fair_coins_cdf(1001, 500), 0.5, 1e-11);
    EXPECT_GT(fair_coins_cdf(900, 0), 0);
}

}  // namespace
}  // namespace xdpbench::stats
