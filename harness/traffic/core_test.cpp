#include "traffic/core.h"

#include <gtest/gtest.h>

#include <vector>

#include "stats/summary.h"

namespace xdpbench::traffic {
namespace {

TEST(Core, ItsCycleIsOfACpu) {
#if !defined(__x86_64__)
    EXPECT_FALSE(measure_cycle_ns());
    GTEST_SKIP() << "measured on x86-64 only";
#endif
    // From a CPU in its deepest emulation, or interrupted, to one that does not exist yet.
    const auto cycle = measure_cycle_ns();
    ASSERT_TRUE(cycle);
    EXPECT_GT(*cycle, 0.08);
    EXPECT_LT(*cycle, 1e6);
}

TEST(Core, ItTakesSeveralInstructionsACycle) {
#if !defined(__x86_64__)
    EXPECT_FALSE(measure_nop_ns());
    GTEST_SKIP() << "measured on x86-64 only";
#endif
    std::vector<double> each;
    for (int i = 0; i < 101; ++i) each.push_back(*measure_cycle_ns() / *measure_nop_ns());
    const double middle = *stats::median(each);
    // From an emulated CPU, which takes them one by one, to one twice as wide as today's.
    EXPECT_GT(middle, 0.05);
    EXPECT_LT(middle, 20);
}

}  // namespace
}  // namespace xdpbench::traffic
