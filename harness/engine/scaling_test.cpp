#include "engine/scaling.h"

#include <gtest/gtest.h>

namespace xdpbench {
namespace {

TEST(Scaling, EveryCpuHasAQueueOfItsOwn) {
    EXPECT_EQ(queues_for({5}), 1U);
    EXPECT_EQ(queues_for({0, 1}), 2U);
    EXPECT_EQ(queues_for({2, 3}), 2U) << "2 modulo 2 and 3 modulo 2";
    EXPECT_EQ(queues_for({0, 2}), 3U) << "with 2 queues both would have queue 0";
    EXPECT_EQ(queues_for({0, 4, 8}), 3U);
    EXPECT_EQ(queues_for({0, 2, 4}), 3U);
}

TEST(Scaling, EfficiencyIsThatOfNeighbouringWindows) {
    ScalingRecord scaling;
    scaling.steps = {{{0}, {10, 12, 14}, {10, 12, 14}}, {{0, 1}, {10, 24, 40}, {20, 30, 40}}};
    EXPECT_DOUBLE_EQ(efficiency(scaling.steps[0]), 1);
    EXPECT_DOUBLE_EQ(efficiency(scaling.steps[1]), 0.8) << "of 0.5, 0.8 and 1";
    EXPECT_DOUBLE_EQ(speedup(scaling, scaling.steps[1]), 2);
    EXPECT_DOUBLE_EQ(efficiency(ScalingStep{}), 0);
    EXPECT_DOUBLE_EQ(speedup(ScalingRecord{}, ScalingStep{}), 0);
}

}  // namespace
}  // namespace xdpbench
