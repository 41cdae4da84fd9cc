#include "report/model.h"

#include <gtest/gtest.h>

namespace xdpbench {
namespace {

TEST(BenchRound, CyclesFollowTheClockOfEachWindow) {
    BenchRound round;
    round.window_ns = {50, 100, 75};  // the same 150 cycles at 3, 1.5 and 2 GHz
    round.floor_window_ns = {20, 40, 30};
    round.cycle_ns = {1.0 / 3, 2.0 / 3, 0.5};
    EXPECT_DOUBLE_EQ(round.ns_per_packet(), 75);
    EXPECT_DOUBLE_EQ(round.cycles_per_packet(), 150);
    EXPECT_DOUBLE_EQ(round.floor_cycles(), 60);
    EXPECT_DOUBLE_EQ(round.program_cycles(), 90);
    EXPECT_DOUBLE_EQ(round.gigahertz(), 2);
}

TEST(BenchRound, WithoutAClockThereAreNoCycles) {
    BenchRecord bench;
    EXPECT_FALSE(bench.has_cycles());
    bench.rounds.emplace_back().window_ns = {50};
    EXPECT_FALSE(bench.has_cycles());
    EXPECT_EQ(bench.rounds.front().cycles_per_packet(), 0);
    EXPECT_EQ(bench.rounds.front().gigahertz(), 0);
    bench.rounds.front().cycle_ns = {0.5};
    EXPECT_TRUE(bench.has_cycles());
}

}  // namespace
}  // namespace xdpbench
