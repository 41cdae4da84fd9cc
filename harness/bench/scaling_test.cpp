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

}  // namespace
}  // namespace xdpbench::bench
