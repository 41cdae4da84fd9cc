#include "bench/scaling.h"

#include <gtest/gtest.h>

namespace xdpbench::bench {
namespace {

TEST(Scaling, EfficiencyIsThatOfNeighbouringWindows) {
    model::ScalingRecord scaling;
    scaling.steps = {{{0}, {10, 12, 14}, {10, 12, 14}}, {{0, 1}, {10, 24, 40}, {20, 30, 40}}};
    EXPECT_DOUBLE_EQ(model::efficiency(scaling.steps[0]), 1);
    EXPECT_DOUBLE_EQ(model::efficiency(scaling.steps[1]), 0.8) << "of 0.5, 0.8 and 1";
    EXPECT_DOUBLE_EQ(model::speedup(scaling, scaling.steps[1]), 2);
    EXPECT_DOUBLE_EQ(model::apart_speedup(scaling, scaling.steps[1]), 2.5);
    EXPECT_DOUBLE_EQ(model::efficiency(model::ScalingStep{}), 0);
    EXPECT_DOUBLE_EQ(model::speedup(model::ScalingRecord{}, model::ScalingStep{}), 0);
}

TEST(Scaling, HasFewStepsHoweverManyCpusThereAre) {
    using Steps = std::vector<std::size_t>;
    EXPECT_EQ(scaling_steps(0), Steps{});
    EXPECT_EQ(scaling_steps(1), Steps{1});
    EXPECT_EQ(scaling_steps(2), (Steps{1, 2}));
    EXPECT_EQ(scaling_steps(3), (Steps{1, 2, 3}));
    EXPECT_EQ(scaling_steps(6), (Steps{1, 2, 4, 6}));
    EXPECT_EQ(scaling_steps(64), (Steps{1, 2, 4, 8, 16, 32, 64}));
    EXPECT_EQ(scaling_steps(100).size(), 8);
}

}  // namespace
}  // namespace xdpbench::bench
