#include "engine/scaling.h"

#include <gtest/gtest.h>

namespace xdpbench {
namespace {

TEST(Scaling, EfficiencyIsThatOfNeighbouringWindows) {
    ScalingRecord scaling;
    scaling.steps = {{{0}, {10, 12, 14}, {10, 12, 14}}, {{0, 1}, {10, 24, 40}, {20, 30, 40}}};
    EXPECT_DOUBLE_EQ(efficiency(scaling.steps[0]), 1);
    EXPECT_DOUBLE_EQ(efficiency(scaling.steps[1]), 0.8) << "of 0.5, 0.8 and 1";
    EXPECT_DOUBLE_EQ(speedup(scaling, scaling.steps[1]), 2);
    EXPECT_DOUBLE_EQ(apart_speedup(scaling, scaling.steps[1]), 2.5);
    EXPECT_DOUBLE_EQ(efficiency(ScalingStep{}), 0);
    EXPECT_DOUBLE_EQ(speedup(ScalingRecord{}, ScalingStep{}), 0);
}

}  // namespace
}  // namespace xdpbench
