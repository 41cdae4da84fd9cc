#include "stats/signed_rank.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

#include "stats/scipy_fixtures_test.h"

namespace xdpbench::stats {
namespace {

// Differences of sizes 1 to n whose negative ranks add up to `w`.
std::vector<double> with_w_minus(std::size_t n, std::size_t w) {
    std::vector<double> differences;
    for (std::size_t rank = n; rank > 0; --rank) {
        const bool negative = rank <= w;
        if (negative) w -= rank;
        differences.push_back(static_cast<double>(rank) * (negative ? -1 : 1));
    }
    return differences;
}

void expect_as(const scipy::SignedRankCase& expected) {
    const std::optional<SignedRank> result = signed_rank(expected.differences);
    ASSERT_TRUE(result);
    EXPECT_NEAR(result->p_greater, expected.greater, 1e-12);
    EXPECT_NEAR(result->p_less, expected.less, 1e-12);
    EXPECT_NEAR(result->p_two_sided, expected.two_sided, 1e-12);
}

TEST(SignedRank, AsScipyWithoutTies) {
    for (const scipy::SignedRankCase& expected : scipy::kSignedRank) expect_as(expected);
}

TEST(SignedRank, AllSignsOverMidRanksWithTiesAndZeros) {
    for (const scipy::SignedRankCase& expected : scipy::kSignedRankWithTies) expect_as(expected);
}

// Critical values as printed in textbooks (F. Wilcoxon and R. A. Wilcox 1964; two-sided): the
// largest W that is still significant.
TEST(SignedRank, PublishedCriticalValues) {
    struct Critical {
        std::size_t n;
        double alpha;
        std::size_t w;
    };
    constexpr std::array<Critical, 12> kTable{{{6, 0.05, 0},
                                               {8, 0.05, 3},
                                               {10, 0.05, 8},
                                               {10, 0.01, 3},
                                               {15, 0.05, 25},
                                               {15, 0.01, 15},
                                               {20, 0.05, 52},
                                               {20, 0.01, 37},
                                               {25, 0.05, 89},
                                               {25, 0.01, 68},
                                               {50, 0.05, 434},
                                               {50, 0.01, 373}}};
    for (const Critical& row : kTable) {
        SCOPED_TRACE(row.n);
        EXPECT_EQ(signed_rank(with_w_minus(row.n, row.w))->w_minus, row.w);
        EXPECT_LE(signed_rank(with_w_minus(row.n, row.w))->p_two_sided, row.alpha);
        EXPECT_GT(signed_rank(with_w_minus(row.n, row.w + 1))->p_two_sided, row.alpha);
    }
}

TEST(SignedRank, AllOfOneSignIsTwoInTwoToTheN) {
    for (const std::size_t n : {1U, 2U, 10U, 24U, 400U}) {
        const std::optional<SignedRank> result = signed_rank(with_w_minus(n, 0));
        EXPECT_DOUBLE_EQ(result->p_greater, std::ldexp(1.0, -static_cast<int>(n)));
        EXPECT_NEAR(result->p_less, 1, 1e-12);
    }
}

// At n = 400 the normal approximation is good to some digits: an independent check of the exact
// one.
TEST(SignedRank, FourHundredAreNearlyNormal) {
    const double n = 400;
    const double mean = n * (n + 1) / 4;
    const double deviation = std::sqrt(n * (n + 1) * (2 * n + 1) / 24);
    for (const double z : {-2.5, -1.0, 0.0, 1.5}) {
        const auto w = static_cast<std::size_t>(mean + z * deviation);
        const double exact = signed_rank(with_w_minus(400, w))->p_greater;
        const double approximate =
            std::erfc(-(static_cast<double>(w) + 0.5 - mean) / deviation / std::sqrt(2.0)) / 2;
        EXPECT_NEAR(exact / approximate, 1, 0.01);
    }
}

TEST(SignedRank, ZerosTakeRanksAndCountForNeither) {
    // Pratt: the zeros have ranks 1 and 2, so 3 and 4 are left.
    const std::optional<SignedRank> result = signed_rank(std::array<double, 4>{0, 0, 1, 2});
    EXPECT_EQ(result->non_zero, 2);
    EXPECT_EQ(result->w_plus, 7);
    EXPECT_DOUBLE_EQ(result->p_greater, 0.25);
    EXPECT_EQ(signed_rank(std::array<double, 3>{0, 0, 0})->p_two_sided, 1);
}

TEST(SignedRank, MirroredDataMirrorTheResult) {
    std::mt19937 random(3);  // NOLINT(cert-msc51-cpp): the same samples every time
    std::uniform_int_distribution<int> draw(-5, 8);
    for (int repetition = 0; repetition < 50; ++repetition) {
        std::vector<double> one;
        std::vector<double> other;
        for (int i = 0; i < 15; ++i) {
            one.push_back(draw(random));
            other.push_back(-one.back());
        }
        EXPECT_EQ(signed_rank(one)->p_greater, signed_rank(other)->p_less);
        EXPECT_EQ(signed_rank(one)->p_two_sided, signed_rank(other)->p_two_sided);
    }
}

TEST(SignedRank, NothingOfNothing) {
    EXPECT_FALSE(signed_rank({}));
    EXPECT_FALSE(signed_rank(std::array<double, 2>{1, std::numeric_limits<double>::quiet_NaN()}));
}

}  // namespace
}  // namespace xdpbench::stats
