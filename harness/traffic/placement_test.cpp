#include "traffic/placement.h"

#include <gtest/gtest.h>

namespace xdpbench::traffic {
namespace {

bool never(int /*one*/, int /*other*/) { return false; }
// As many machines number them: 0 and 4, 1 and 5 ...
bool of_eight(int one, int other) { return one % 4 == other % 4; }

TEST(Placement, FewCpusAreShared) {
    for (const std::vector<int>& allowed : {std::vector{0}, {0, 1}, {0, 1, 2}}) {
        const auto plan = plan_cpus(allowed, never, std::nullopt);
        ASSERT_TRUE(plan);
        EXPECT_EQ(plan->placement, model::Placement::shared);
        EXPECT_EQ(plan->program, allowed.back());
        EXPECT_EQ(plan->generator, allowed.back());
    }
}

TEST(Placement, ManyAreSeparatedUnlessSharingIsWanted) {
    const auto plan = plan_cpus({0, 1, 2, 3}, never, std::nullopt);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->placement, model::Placement::separate);
    EXPECT_EQ(plan->program, 3);
    EXPECT_EQ(plan->generator, 2);
    const auto shared = plan_cpus({0, 1, 2, 3}, never, model::Placement::shared);
    ASSERT_TRUE(shared);
    EXPECT_EQ(shared->generator, 3);
}

TEST(Placement, TheGeneratorIsNoSiblingIfThatCanBe) {
    const auto plan = plan_cpus({0, 3, 7}, of_eight, model::Placement::separate);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->program, 7);
    EXPECT_EQ(plan->generator, 0);
    const auto pair = plan_cpus({3, 7}, of_eight, model::Placement::separate);
    ASSERT_TRUE(pair);
    EXPECT_EQ(pair->generator, 3);
}

TEST(Placement, OneCpuCannotBeSeparated) {
    const auto plan = plan_cpus({5}, never, model::Placement::separate);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().kind, ErrorKind::unavailable);
}

TEST(Placement, NamesAreRead) {}

TEST(Queues, EveryCpuHasAQueueOfItsOwn) {
    EXPECT_EQ(queues_for({5}), 1U);
    EXPECT_EQ(queues_for({0, 1}), 2U);
    EXPECT_EQ(queues_for({2, 3}), 2U) << "2 modulo 2 and 3 modulo 2";
    EXPECT_EQ(queues_for({0, 2}), 3U) << "with 2 queues both would have queue 0";
    EXPECT_EQ(queues_for({0, 4, 8}), 3U);
    EXPECT_EQ(queues_for({0, 2, 4}), 3U);
}

}  // namespace
}  // namespace xdpbench::traffic
