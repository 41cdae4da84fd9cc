#include <gtest/gtest.h>

#include "model/bench.h"

namespace xdpbench::model {
namespace {

// Windows that alternate by 1 % around these costs, at 2 GHz while the CPU runs at 4.
BenchRound round_of(double program, double baseline, std::size_t windows) {
    BenchRound round;
    round.clock_cycle_ns = 0.5;
    for (std::size_t i = 0; i < windows; ++i) {
        const double off = i % 2 == 0 ? 0.995 : 1.005;
        round.window_ns.push_back(program / 2 * off);
        round.baseline_window_ns.push_back(baseline / 2 * off);
        round.cycle_ns.push_back(0.25);
    }
    return round;
}

stats::PrecisionPlan one_look() {
    stats::PrecisionPlan plan;
    plan.looks = {1};
    return plan;
}

TEST(BenchPrecision, OfAllWindowsAtTheRunsClock) {
    const auto precision = find_precision({round_of(50, 20, 50), round_of(50, 20, 50)}, one_look());
    ASSERT_TRUE(precision);
    EXPECT_EQ(precision->windows, 100U);
    EXPECT_NEAR(precision->ns_per_packet.figure, 50, 0.3);
    EXPECT_NEAR(precision->baseline_ns.figure, 20, 0.2);
    EXPECT_NEAR(precision->program_ns.figure, 30, 0.5);
    EXPECT_LE(precision->reached(), 0.011);
    EXPECT_GT(precision->reached(), 0);
    EXPECT_FALSE(precision->cost_below());
    EXPECT_FALSE(precision->broken_baseline());
    EXPECT_FALSE(find_precision({round_of(50, 20, 19)}, one_look()));
}

// A cheap baseline need not be known to half a percent of itself.
TEST(BenchPrecision, TheBaselinesErrorIsAShareOfTheWholeToo) {
    BenchPrecision precision;
    precision.wanted = 0.005;
    precision.ns_per_packet = {50, {49.9, 50.2, 0.95}};
    precision.baseline_ns = {10, {9.9, 10.1, 0.95}};
    EXPECT_NEAR(precision.reached(), 0.2 / 50, 1e-9);
    EXPECT_TRUE(precision.enough());
    precision.baseline_ns.interval.low = 9.5;
    EXPECT_NEAR(precision.reached(), 0.5 / 50, 1e-9);
    EXPECT_FALSE(precision.enough());
}

TEST(BenchPrecision, WindowsThatDoNotCountAreLeftOut) {
    BenchRound round = round_of(50, 20, 60);
    round.disturbance.assign(60, stats::Disturbance::none);
    round.shared.assign(60, false);
    for (std::size_t i = 0; i < 10; ++i) {
        round.window_ns[i] = round.window_ns[59 - i] = 1000;
        round.disturbance[i] = stats::Disturbance::preempted;
        round.shared[59 - i] = true;
    }
    const auto precision = find_precision({round}, one_look());
    ASSERT_TRUE(precision);
    EXPECT_EQ(precision->windows, 40U);
    EXPECT_NEAR(precision->ns_per_packet.figure, 50, 0.3);
    EXPECT_LT(precision->ns_per_packet.interval.high, 51);
    EXPECT_EQ(round.excluded_windows(), 20U);
    EXPECT_FALSE(round.disturbed());
    EXPECT_NEAR(round.ns_per_packet(), 50, 0.3);
}

TEST(BenchPrecision, OfAllWindowsIfTooFewCount) {
    BenchRound round = round_of(50, 20, 60);
    round.disturbance.assign(60, stats::Disturbance::preempted);
    for (std::size_t i = 0; i < 19; ++i) round.disturbance[i] = stats::Disturbance::none;
    EXPECT_TRUE(find_precision({round}, one_look())->disturbed);
    EXPECT_EQ(find_precision({round}, one_look())->windows, 60U);
    round.disturbance[19] = round.disturbance[20] = stats::Disturbance::none;
    for (std::size_t i = 21; i < 40; ++i) round.disturbance[i] = stats::Disturbance::none;
    EXPECT_FALSE(find_precision({round}, one_look())->disturbed);
    EXPECT_EQ(find_precision({round}, one_look())->windows, 40U);
}

TEST(BenchPrecision, ACostBelowWhatCanBeSeenIsNoFigure) {
    const auto nothing = find_precision({round_of(20, 20, 100)}, one_look());
    ASSERT_TRUE(nothing);
    ASSERT_TRUE(nothing->cost_below());
    EXPECT_GE(*nothing->cost_below(), kAloneResolution);
    EXPECT_LT(*nothing->cost_below(), 1);
    EXPECT_FALSE(nothing->broken_baseline());
}

TEST(BenchPrecision, AClearlyNegativeCostIsABrokenBaseline) {
    EXPECT_TRUE(find_precision({round_of(15, 20, 100)}, one_look())->broken_baseline());
    EXPECT_FALSE(find_precision({round_of(19.9, 20, 100)}, one_look())->broken_baseline());
}

}  // namespace
}  // namespace xdpbench::model
