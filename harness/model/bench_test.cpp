#include "model/bench.h"

#include <gtest/gtest.h>

#include "model/scaling.h"

namespace xdpbench::model {
namespace {

TEST(BenchRound, CyclesFollowTheClockOfEachWindow) {
    BenchRound round;
    round.window_ns = {50, 100, 75};  // the same 150 cycles at 3, 1.5 and 2 GHz
    round.baseline_window_ns = {20, 40, 30};
    round.cycle_ns = {1.0 / 3, 2.0 / 3, 0.5};
    round.clock_cycle_ns = 0.4;
    EXPECT_DOUBLE_EQ(round.timed_ns_per_packet(), 75);
    EXPECT_DOUBLE_EQ(round.cycles_per_packet(), 150);
    EXPECT_DOUBLE_EQ(round.baseline_cycles(), 60);
    EXPECT_DOUBLE_EQ(round.program_cycles(), 90);
    EXPECT_DOUBLE_EQ(round.gigahertz(), 2);
    // At 2.5 GHz, the run's clock.
    EXPECT_DOUBLE_EQ(round.ns_per_packet(), 60);
    EXPECT_DOUBLE_EQ(round.baseline_ns(), 24);
    EXPECT_DOUBLE_EQ(round.program_ns(), 36);
}

TEST(BenchRound, WithoutAClockThereAreNoCycles) {
    BenchRecord bench;
    EXPECT_FALSE(bench.has_cycles());
    bench.rounds.emplace_back().window_ns = {50};
    EXPECT_FALSE(bench.has_cycles());
    EXPECT_EQ(bench.rounds.front().cycles_per_packet(), 0);
    EXPECT_EQ(bench.rounds.front().ns_per_packet(), 50);  // as timed
    EXPECT_EQ(bench.rounds.front().gigahertz(), 0);
    bench.rounds.front().cycle_ns = {0.5};
    EXPECT_TRUE(bench.has_cycles());
}

// `shared` of so many windows of 150 cycles that take 250 while another thread has half of the
// core.
BenchRound round_of_a_shared_core(std::size_t shared, std::size_t windows = 10) {
    BenchRound round;
    round.clock_cycle_ns = 1.0 / 3;
    for (std::size_t i = 0; i < windows; ++i) {
        const bool alone = i >= shared;
        round.window_ns.push_back(alone ? 50 : 83);
        round.baseline_window_ns.push_back(alone ? 20 : 40);
        round.cycle_ns.push_back(1.0 / 3);
        round.core_ipc.push_back(alone ? 5.4 : 2.8);
    }
    return round;
}

TEST(BenchRound, WindowsOfASharedCoreAreLeftOut) {
    std::vector<BenchRound> rounds{round_of_a_shared_core(5)};
    EXPECT_DOUBLE_EQ(rounds[0].ns_per_packet(), 66.5);  // not marked yet
    find_shared_windows(rounds, own_core_ipc(rounds));
    EXPECT_EQ(rounds[0].shared_windows(), 5);
    EXPECT_FALSE(rounds[0].disturbed());
    EXPECT_DOUBLE_EQ(rounds[0].ns_per_packet(), 50);
    EXPECT_DOUBLE_EQ(rounds[0].baseline_ns(), 20);
    EXPECT_DOUBLE_EQ(rounds[0].cycles_per_packet(), 150);
    EXPECT_DOUBLE_EQ(rounds[0].program_cycles(), 90);
}

TEST(BenchRound, WithTooFewWindowsOfItsOwnItKeepsAll) {
    std::vector<BenchRound> rounds{round_of_a_shared_core(6), round_of_a_shared_core(0)};
    find_shared_windows(rounds, own_core_ipc(rounds));
    EXPECT_TRUE(rounds[0].disturbed());
    EXPECT_DOUBLE_EQ(rounds[0].ns_per_packet(), 83);
    EXPECT_FALSE(rounds[1].disturbed());
    EXPECT_EQ(rounds[1].shared_windows(), 0);
}

TEST(BenchRound, WithFewerThanAQuarterOfItsOwnItKeepsAll) {
    std::vector<BenchRound> rounds{round_of_a_shared_core(76, 100),
                                   round_of_a_shared_core(75, 100)};
    find_shared_windows(rounds, own_core_ipc(rounds));
    EXPECT_TRUE(rounds[0].disturbed());
    EXPECT_FALSE(rounds[1].disturbed());
    EXPECT_DOUBLE_EQ(rounds[1].cycles_per_packet(), 150);
}

// Which only somebody who has seen the core alone can tell.
TEST(BenchRound, SharedThroughoutItKeepsAllAndSaysSo) {
    std::vector<BenchRound> rounds{round_of_a_shared_core(10)};
    find_shared_windows(rounds, own_core_ipc(rounds));
    EXPECT_FALSE(rounds[0].disturbed());
    find_shared_windows(rounds, 5.4);
    EXPECT_TRUE(rounds[0].disturbed());
    EXPECT_DOUBLE_EQ(rounds[0].ns_per_packet(), 83);
}

TEST(BenchRound, WhatTheCoreCanGiveIsNotItsHighestReading) {
    std::vector<BenchRound> rounds{round_of_a_shared_core(3)};
    rounds[0].core_ipc[9] = 60;  // interrupted while the clock was measured
    EXPECT_NEAR(own_core_ipc(rounds), 5.4 + (60 - 5.4) * 0.1, 1e-9);
    rounds[0].core_ipc.insert(rounds[0].core_ipc.end(), 10, 5.4);
    EXPECT_DOUBLE_EQ(own_core_ipc(rounds), 5.4);
    EXPECT_EQ(own_core_ipc(std::vector<double>{}), 0);
}

TEST(BenchRecord, TellsHowMuchOfTheTimeTheCoreWasShared) {
    BenchRecord bench;
    EXPECT_EQ(bench.shared_share(), 0);
    bench.rounds = {round_of_a_shared_core(8), round_of_a_shared_core(0)};
    find_shared_windows(bench.rounds, own_core_ipc(bench.rounds));
    EXPECT_DOUBLE_EQ(bench.shared_share(), 0.4);
    EXPECT_EQ(bench.disturbed_rounds(), 1);
}

TEST(BenchRecord, RoundsOfASharedCoreAreLeftOutIfThereAreOthers) {
    const auto ns = [](const BenchRound& round) { return round.timed_ns_per_packet(); };
    BenchRecord bench;
    bench.rounds = {round_of_a_shared_core(8), round_of_a_shared_core(0)};
    find_shared_windows(bench.rounds, own_core_ipc(bench.rounds));
    EXPECT_EQ(measure_rounds(bench, ns), std::vector<double>{50});
    bench.rounds.pop_back();
    EXPECT_EQ(measure_rounds(bench, ns), std::vector<double>{83});
}

TEST(NsEach, IsNanosecondsOfEachPacket) {
    EXPECT_DOUBLE_EQ(ns_each(0.001, 10'000), 100);
    EXPECT_DOUBLE_EQ(ns_each(1, 0), 0);
}

}  // namespace
}  // namespace xdpbench::model
