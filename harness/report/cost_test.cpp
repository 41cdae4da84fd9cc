#include "report/cost.h"

#include <gtest/gtest.h>

namespace xdpbench::report {
namespace {

std::string text(const std::vector<double>& rounds) {
    return cost_text(cost_of(rounds), 0.1, "ns");
}

TEST(Cost, HasThePrecisionThatTheRoundsGive) {
    EXPECT_EQ(text({45.0, 45.1, 45.1, 45.2, 45.4}), "45.1 ± 0.2 ns");
    EXPECT_EQ(text({40, 41, 42, 43, 44, 45, 46, 47, 48, 49}), "44.5 ± 3.5 ns");
}

TEST(Cost, PromisesNoMoreThanTheResolution) {
    EXPECT_EQ(text({45.1, 45.1, 45.1}), "45.1 ns") << "no spread at all: nothing is known of it";
    EXPECT_EQ(text({45.10, 45.11, 45.12}), "45.1 ± 0.1 ns");
}

TEST(Cost, OfOneRoundHasNoPrecision) { EXPECT_EQ(text({45.1}), "45.1 ns"); }

TEST(Cost, BelowTheResolutionIsALimit) {
    EXPECT_EQ(text({0.01, 0.02, 0.03, 0.03, 0.04, 0.04}), "< 0.1 ns");
    EXPECT_EQ(text({-1.0, 0, 0.2, 0.2, 0.4, 1.6}), "< 1.5 ns") << "it cannot be told from zero";
}

// The interval reaches as far to the other side of zero.
TEST(Cost, OfANegativeMedianIsBoundedByItsDistanceFromZero) {
    EXPECT_EQ(text({-0.04, -0.03, -0.03, -0.02, -0.02, -0.01}), "< 0.1 ns") << "never negative";
    EXPECT_EQ(text({-3.0, -2.5, -2.0, -2.0, -1.5, -1.0}), "< 3.0 ns");
}

TEST(Cost, WithoutAnIntervalHasNoLimit) {
    EXPECT_EQ(text({}), "-");
    EXPECT_EQ(text({0.02}), "-");
    EXPECT_EQ(text({-0.4}), "-");
    EXPECT_EQ(text({-1.0, 0.2, 1.6}), "-");
}

model::BenchRecord bench_of(const std::vector<double>& program_cycles) {
    model::BenchRecord bench;
    for (const double cycles : program_cycles) {
        model::BenchRound round;
        round.window_ns = {100 + cycles};
        round.baseline_window_ns = {100};
        round.cycle_ns = {1};
        bench.rounds.push_back(round);
    }
    return bench;
}

TEST(Cost, InCyclesIsALimitToo) {
    EXPECT_EQ(program_cycles_text(bench_of({100, 102, 104})), "102");
    EXPECT_EQ(program_cycles_text(bench_of({-50, -20, 10, 10, 40, 60})), "< 65");
    EXPECT_EQ(program_cycles_text(bench_of({-0.3, -0.2, -0.2, -0.2, -0.2, -0.1})), "< 1");
    EXPECT_EQ(program_cycles_text(bench_of({-3, -2, -1})), "-") << "three rounds bound nothing";
    EXPECT_EQ(program_cycles_text(model::BenchRecord()), "-");
}

TEST(Cost, InCyclesIsAFigureWhereItIsOneInNs) {
    model::BenchRecord bench = bench_of({0.4, 0.5, 0.6});
    bench.clock_cycle_ns = 0.5;
    bench.precision.emplace();
    bench.precision->program_ns = {1.04, {0.04, 2.04, 0.95}};
    EXPECT_EQ(program_ns_text(bench), "1.0 ± 1.0 ns");
    EXPECT_EQ(program_cycles_text(bench), "2");
    bench.precision->program_ns = {-1, {-3, 1, 0.95}};
    EXPECT_EQ(program_ns_text(bench), "< 3.0 ns");
    EXPECT_EQ(program_cycles_text(bench), "< 6");
}

// The console, the page and the summary show one figure for one bench.
TEST(Costs, AreThoseOfAllWindowsWhereTheyAreKnown) {
    model::BenchRecord bench = bench_of({50, 60, 70});
    const BenchCosts rounds = costs_of(bench);
    EXPECT_NEAR(rounds.ns_per_packet, 160, 1e-9);
    EXPECT_NEAR(rounds.baseline_ns, 100, 1e-9);
    EXPECT_NEAR(rounds.program_ns, 60, 1e-9);
    bench.precision.emplace();
    bench.precision->ns_per_packet.figure = 47.5;
    bench.precision->baseline_ns.figure = 16.7;
    bench.precision->program_ns.figure = 30.9;
    const BenchCosts windows = costs_of(bench);
    EXPECT_EQ(windows.ns_per_packet, 47.5);
    EXPECT_EQ(windows.baseline_ns, 16.7);
    EXPECT_EQ(windows.program_ns, 30.9);
}

}  // namespace
}  // namespace xdpbench::report
