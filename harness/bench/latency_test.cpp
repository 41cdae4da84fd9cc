#include "bench/latency.h"

#include <gtest/gtest.h>

namespace xdpbench::bench {
namespace {

TEST(Latency, EveryFrameThatArrivedIsInTheHistogram) {
    traffic::Latencies taken;
    EXPECT_TRUE(require_all_timed(taken, 0, "tester"));
    taken.histogram.add(10, 5);
    EXPECT_TRUE(require_all_timed(taken, 5, "tester"));
    for (const std::uint64_t arrived : {4U, 6U}) {
        const Result<void> timed = require_all_timed(taken, arrived, "tester");
        ASSERT_FALSE(timed) << arrived;
        EXPECT_EQ(timed.error().kind, ErrorKind::invalid);
        EXPECT_NE(timed.error().what.find("arrived at the tester, but the histogram has 5"),
                  std::string::npos);
    }
}

TEST(Latency, AFrameWithoutAStampIsNotPassedOver) {
    traffic::Latencies taken;
    taken.histogram.add(10, 5);
    taken.unstamped = 1;
    const Result<void> timed = require_all_timed(taken, 5, "stack");
    ASSERT_FALSE(timed);
    EXPECT_NE(timed.error().what.find("1 of 5 frames that arrived at the stack had no time stamp"),
              std::string::npos)
        << timed.error().what;
}

}  // namespace
}  // namespace xdpbench::bench
