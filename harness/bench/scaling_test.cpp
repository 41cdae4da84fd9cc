#include "bench/scaling.h"

#include <gtest/gtest.h>

#include <utility>

namespace xdpbench::bench {
namespace {

TEST(Scaling, EfficiencyIsThatOfNeighbouringWindows) {
    model::ScalingRecord scaling;
    scaling.steps.resize(2);
    scaling.steps[0].together = scaling.steps[0].apart = {10, 12, 14};
    scaling.steps[1].together = {10, 24, 40};
    scaling.steps[1].apart = {20, 30, 40};
    EXPECT_DOUBLE_EQ(model::efficiency(scaling, scaling.steps[0]), 1);
    EXPECT_DOUBLE_EQ(model::efficiency(scaling, scaling.steps[1]), 0.8) << "of 0.5, 0.8 and 1";
    EXPECT_DOUBLE_EQ(model::speedup(scaling, scaling.steps[1]), 2);
    EXPECT_DOUBLE_EQ(model::apart_speedup(scaling, scaling.steps[1]), 2.5);
    EXPECT_DOUBLE_EQ(model::efficiency(scaling, model::ScalingStep{}), 0);
    EXPECT_DOUBLE_EQ(model::speedup(model::ScalingRecord{}, model::ScalingStep{}), 0);
}

model::ScalingStep step_of(std::vector<int> cpus, double rate, std::uint64_t queues) {
    model::ScalingStep step;
    step.cpus = std::move(cpus);
    step.together = {rate};
    step.queues = queues;
    return step;
}

TEST(Scaling, EfficiencyOverPortsIsThatOfMoreQueues) {
    model::ScalingRecord scaling;
    scaling.setup.placement = model::Placement::device;
    scaling.steps = {step_of({0, 1}, 10, 2), step_of({0, 1}, 15, 4)};
    EXPECT_DOUBLE_EQ(model::efficiency(scaling, scaling.steps[0]), 1);
    EXPECT_DOUBLE_EQ(model::efficiency(scaling, scaling.steps[1]), 0.75) << "1.5 of twice as many";
}

TEST(Scaling, EfficiencyOverPortsIsThatOfMoreCpusWhereQueuesStay) {
    model::ScalingRecord scaling;
    scaling.setup.placement = model::Placement::device;
    scaling.steps = {step_of({0}, 10, 2), step_of({0, 1, 2, 3}, 30, 2)};
    EXPECT_DOUBLE_EQ(model::efficiency(scaling, scaling.steps[1]), 0.75) << "3 of 4 times as many";
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
