#include "stats/multiplicity.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

namespace xdpbench::stats {
namespace {

// R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") gives 0.03 0.06 0.06 0.02.
TEST(Holm, AsR) {
    const std::vector<double> adjusted = holm(std::array<double, 4>{0.01, 0.04, 0.03, 0.005});
    const std::array<double, 4> expected{0.03, 0.06, 0.06, 0.02};
    ASSERT_EQ(adjusted.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(adjusted[i], expected[i], 1e-15);
}

TEST(Holm, OneIsItselfAndNoneIsNone) {
    EXPECT_EQ(holm(std::array<double, 1>{0.02}), std::vector<double>{0.02});
    EXPECT_TRUE(holm({}).empty());
}

TEST(Holm, NeverAboveOne) {
    EXPECT_EQ(holm(std::array<double, 3>{0.9, 0.5, 0.6}), (std::vector<double>{1, 1, 1}));
}

TEST(Holm, FamilyOfTrueHypothesesIsRarelyRejected) {
    std::mt19937 random(5);  // NOLINT(cert-msc51-cpp): the same samples every time
    std::uniform_real_distribution<double> draw(0, 1);
    int rejected = 0;
    constexpr int kRepetitions = 20'000;
    for (int repetition = 0; repetition < kRepetitions; ++repetition) {
        std::array<double, 8> p{};
        for (double& value : p) value = draw(random);
        const std::vector<double> adjusted = holm(p);
        for (const double value : adjusted) {
            if (value <= 0.05) {
                ++rejected;
                break;
            }
        }
    }
    EXPECT_LE(rejected / static_cast<double>(kRepetitions), 0.054);
}

TEST(AlphaPerLook, SharesAddUp) {
    EXPECT_DOUBLE_EQ(alpha_per_look(0.01, 4) * 4, 0.01);
    EXPECT_EQ(alpha_per_look(0.01, 1), 0.01);
}

}  // namespace
}  // namespace xdpbench::stats
