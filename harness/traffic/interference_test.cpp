#include "traffic/interference.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "traffic/placement.h"

namespace xdpbench::traffic {
namespace {

TEST(Interference, OneCpuHasNobodyToDisturbIt) {
    const auto pairs = measure_interference({0}, 0.01);
    ASSERT_TRUE(pairs);
    EXPECT_TRUE(pairs->empty());
}

TEST(Interference, OfTheLastCpuBesideTheOthers) {
    const std::vector<int> cpus = allowed_cpus();
    if (cpus.size() < 2) GTEST_SKIP() << "takes two CPUs";
    const auto pairs = measure_interference(cpus, 0.05);
    ASSERT_TRUE(pairs) << pairs.error().text();
    ASSERT_EQ(pairs->size(), std::min<std::size_t>(8, cpus.size() - 1));
    EXPECT_EQ(pairs->front().cpu, cpus.back());
    EXPECT_EQ(pairs->front().other, cpus[cpus.size() - 2]);
    for (const Interference& pair : *pairs) {
        EXPECT_GT(pair.lower_quartile, 0);
        EXPECT_LE(pair.lower_quartile, pair.ratio);
        EXPECT_LE(pair.ratio, pair.upper_quartile);
    }
    EXPECT_EQ(allowed_cpus(), cpus) << "the thread is where it was";
}

}  // namespace
}  // namespace xdpbench::traffic
