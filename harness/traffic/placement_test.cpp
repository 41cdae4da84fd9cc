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

// A machine of 64 CPUs with 32 cores in 8 nodes: CPU 32 + n is the sibling of n, nodes have 4
// cores.
bool of_sixty_four(int one, int other) { return one % 32 == other % 32; }
int node_of_eight(int cpu) { return cpu % 32 / 4; }

std::vector<int> sixty_four() {
    std::vector<int> cpus;
    for (int cpu = 0; cpu < 64; ++cpu) cpus.push_back(cpu);
    return cpus;
}

TEST(Placement, TheGeneratorIsOnTheProgramsNode) {
    const auto plan = plan_cpus(sixty_four(), of_sixty_four, std::nullopt, node_of_eight);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->program, 63);
    EXPECT_EQ(plan->generator, 62);
    // The quietest CPU is last. Its node has a sibling only: better than another node.
    const auto few = plan_cpus({0, 5, 31, 63}, of_sixty_four, std::nullopt, node_of_eight);
    EXPECT_EQ(few->program, 63);
    EXPECT_EQ(few->generator, 31);
    const auto far = plan_cpus({0, 5, 9, 63}, of_sixty_four, std::nullopt, node_of_eight);
    EXPECT_EQ(far->generator, 9);
}

TEST(Placement, TheGeneratorIsOnAnotherNodeIfThatIsWanted) {
    const auto wanted = model::Placement::other_node;
    const auto plan = plan_cpus(sixty_four(), of_sixty_four, wanted, node_of_eight);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->placement, wanted);
    EXPECT_EQ(plan->program, 63);
    EXPECT_EQ(plan->generator, 59);
    const auto one_node = plan_cpus({28, 31, 63}, of_sixty_four, wanted, node_of_eight);
    ASSERT_FALSE(one_node);
    EXPECT_EQ(one_node.error().kind, ErrorKind::unavailable);
    EXPECT_NE(one_node.error().advice.find("--placement separate"), std::string::npos);
}

TEST(Placement, ALargeMachineIsAskedOncePerCpu) {
    int asked = 0;
    const auto counting = [&asked](int cpu) {
        ++asked;
        return cpu / 8 == 7 ? 7 : cpu;  // nobody shares a node with CPU 0
    };
    std::vector<int> cpus = sixty_four();
    std::swap(cpus.front(), cpus.back());
    ASSERT_TRUE(plan_cpus(cpus, never, model::Placement::separate, counting));
    EXPECT_LE(asked, 64);
}

TEST(Queues, EveryCpuHasAQueueOfItsOwn) {
    EXPECT_EQ(queues_for({5}), 1U);
    EXPECT_EQ(queues_for({0, 1}), 2U);
    EXPECT_EQ(queues_for({2, 3}), 2U) << "2 modulo 2 and 3 modulo 2";
    EXPECT_EQ(queues_for({0, 2}), 3U) << "with 2 queues both would have queue 0";
    EXPECT_EQ(queues_for({0, 4, 8}), 3U);
    EXPECT_EQ(queues_for({0, 2, 4}), 3U);
    EXPECT_EQ(queues_for(sixty_four()), 64U);
    std::vector<int> spread;
    for (int cpu = 0; cpu < 1024; cpu += 8) spread.push_back(cpu);
    EXPECT_EQ(spread.size(), 128U);
    EXPECT_EQ(queues_for(spread), 129U) << "an odd number: with 128 all would have queue 0 to 15";
}

}  // namespace
}  // namespace xdpbench::traffic
