#include "traffic/core.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
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

// The readings stand between windows of other work, which leaves nothing of their code in the
// caches. The lowest of many: what else runs here only makes some longer.
TEST(Core, ReadsTheSameAfterOtherWork) {
#if !defined(__x86_64__)
    GTEST_SKIP() << "measured on x86-64 only";
#endif
    std::vector<std::uint64_t> memory(std::size_t{8} << 20U);  // 64 MiB, more than caches of code
    const auto lowest = [&memory](auto measure, bool after_work) {
        constexpr int kReadings = 9;
        double ns = std::numeric_limits<double>::max();
        for (int i = 0; i < kReadings; ++i) {
            if (after_work) std::iota(memory.begin(), memory.end(), i);
            asm volatile("" : : "r"(memory.data()) : "memory");  // the work is not left out
            ns = std::min(ns, *measure());
        }
        return ns;
    };
    EXPECT_LT(lowest(measure_nop_ns, true), 1.2 * lowest(measure_nop_ns, false));
    EXPECT_LT(lowest(measure_cycle_ns, true), 1.1 * lowest(measure_cycle_ns, false));
}

}  // namespace
}  // namespace xdpbench::traffic
