#include "report/progress.h"

#include <gtest/gtest.h>

namespace xdpbench::report {
namespace {

TEST(ProgressLine, ABarTheRemainingTimeAndTheStep) {
    EXPECT_EQ(progress_line({"bench lb/native: round 3", 6, 20}),
              "[######              ] 30 %, 14 s left  bench lb/native: round 3");
    EXPECT_EQ(progress_line({"a", 0, 600}), "[                    ]  0 %, 10 min left  a");
    EXPECT_EQ(progress_line({"a", 21, 20}), "[################### ] 99 %, longer than expected  a");
}

TEST(ProgressLine, WithoutAnExpectedTimeTheElapsedOne) {
    EXPECT_EQ(progress_line({"check lb", 1, 0}), "check lb");
    EXPECT_EQ(progress_line({"check lb", 3, 0}), "3 s  check lb");
}

TEST(StepOf, PartsOfAStepAreOneStep) {
    EXPECT_EQ(step_of("bench lb/native: round 3"), "bench lb/native");
    EXPECT_EQ(step_of("bench lb/native: warming up"), "bench lb/native");
    EXPECT_EQ(step_of("bench lb/native: 247.2 ns/packet ± 1.01 %"), "bench lb/native");
    EXPECT_EQ(step_of("search lb/native: trial 4, 1 Mpps for 0.10 s"), "search lb/native");
    EXPECT_EQ(step_of("compare test_run: 24 blocks, +0.10 %"), "compare test_run");
    EXPECT_EQ(step_of("check lb : drops: some"), "check lb : drops: some");
    EXPECT_EQ(step_of("modes lb: generic and native"), "modes lb: generic and native");
}

}  // namespace
}  // namespace xdpbench::report
