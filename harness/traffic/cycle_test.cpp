#include "traffic/cycle.h"

#include <gtest/gtest.h>

namespace xdpbench {
namespace {

TEST(Cycle, IsOfACpu) {
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

}  // namespace
}  // namespace xdpbench
