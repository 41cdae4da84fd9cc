#include "bench/bench.h"

#include <gtest/gtest.h>

namespace xdpbench::bench {
namespace {

constexpr int kCpu = 7;

// Windows that take a microsecond a frame and cost nothing.
class CountingRig : public BenchRig {
  public:
    explicit CountingRig(bool on_this_cpu = true) {
        on_this_cpu_ = on_this_cpu;
        record_.setup.cpu = kCpu;
        EXPECT_TRUE(calibrate(1e-3, 1000, 1000));
        windows_ = 0;
    }
    [[nodiscard]] int windows() const { return windows_; }

  private:
    Result<Window> window(bool, std::uint64_t frames, model::BenchRecord*) override {
        ++windows_;
        return Window{frames, 0, static_cast<double>(frames) * 1e-6};
    }
    int windows_ = 0;
};

// Pairs of windows that take so many microseconds a frame, in the order given and then again; the
// baseline takes a fixed share of that.
class VaryingRig : public BenchRig {
  public:
    explicit VaryingRig(std::vector<double> microseconds, double baseline = 0.5)
        : microseconds_(std::move(microseconds)), baseline_(baseline) {
        EXPECT_TRUE(calibrate(1e-3, 1000, 1000));
    }

  private:
    Result<Window> window(bool baseline, std::uint64_t frames, model::BenchRecord*) override {
        const double each = microseconds_[windows_ / 2 % microseconds_.size()];
        ++windows_;
        return Window{frames, 0,
                      static_cast<double>(frames) * (baseline ? baseline_ : 1) * each * 1e-6};
    }
    std::vector<double> microseconds_;
    double baseline_;
    std::size_t windows_ = 0;
};

std::size_t pairs_of(const BenchRig& rig) {
    std::size_t pairs = 0;
    for (const model::BenchRound& round : rig.rounds()) pairs += round.window_ns.size();
    return pairs;
}

void measure(BenchRig& rig, const PrecisionGoal& goal, int rounds) {
    rig.aim_at(goal);
    ASSERT_TRUE(rig.measure(goal.seconds, [](const model::BenchPrecision&) {}));
    rig.divide(rounds);
}

TEST(BenchRig, EndsAtTheFirstLookThatIsExactEnough) {
    VaryingRig rig({1.0, 1.001});
    measure(rig, {0.005, 60}, 5);
    EXPECT_EQ(pairs_of(rig), 100U);
    ASSERT_EQ(rig.rounds().size(), 5U);
    EXPECT_EQ(rig.rounds()[4].window_ns.size(), 20U);
    EXPECT_EQ(rig.rounds()[4].offered, 20'000U);
    const Result<model::BenchRecord> record = rig.finish();
    ASSERT_TRUE(record);
    ASSERT_TRUE(record->precision);
    EXPECT_TRUE(record->precision->enough());
    EXPECT_NEAR(record->precision->ns_per_packet.figure, 1000, 1.1);
    EXPECT_NEAR(record->precision->program_ns.figure, 500, 1.1);
}

TEST(BenchRig, EndsWhenItsTimeIsSpent) {
    VaryingRig rig({1, 2, 4, 8});  // never exact
    measure(rig, {0.0001, 0.05}, 3);
    EXPECT_EQ(rig.rounds().size(), 3U);
    const Result<model::BenchRecord> record = rig.finish();
    ASSERT_TRUE(record);
    if (record->precision) {
        EXPECT_FALSE(record->precision->enough());
    }
    EXPECT_EQ(record->outcome, model::Outcome::passed);
}

// Time that others did not need: the same looks, and all windows together.
TEST(BenchRig, GoesOnWhereItStopped) {
    VaryingRig rig({1.0, 1.001});
    rig.aim_at({0.005, 60});
    const auto ignore = [](const model::BenchPrecision&) {};
    for (int i = 1; i < 25; ++i) {
        ASSERT_TRUE(rig.measure(1e-9, ignore));  // a pair, and its time is over
        EXPECT_FALSE(rig.done());
    }
    ASSERT_TRUE(rig.measure(60, ignore));
    EXPECT_TRUE(rig.done());
    ASSERT_TRUE(rig.measure(60, ignore));  // nothing is left to do
    rig.divide(5);
    EXPECT_EQ(pairs_of(rig), 100U);
    EXPECT_EQ(rig.rounds().size(), 5U);
}

// A few windows are no figure, even where every one of them counts.
TEST(BenchRig, WithoutTimeForWindowsItIsInvalid) {
    VaryingRig rig({1.0, 1.001});
    measure(rig, {0.005, 1e-9}, 5);
    EXPECT_EQ(pairs_of(rig), 1U);
    const Result<model::BenchRecord> record = rig.finish();
    ASSERT_TRUE(record);
    EXPECT_EQ(record->outcome, model::Outcome::invalid);
    EXPECT_NE(record->message.find("only 1 of 1 windows count, 20 are needed"), std::string::npos)
        << record->message;
    EXPECT_NE(record->message.find("--budget"), std::string::npos);
}

TEST(BenchRig, LessThanTheBaselineIsInvalid) {
    VaryingRig rig({1.0, 1.001}, 2);
    measure(rig, {0.005, 60}, 5);
    const Result<model::BenchRecord> record = rig.finish();
    ASSERT_TRUE(record);
    EXPECT_EQ(record->outcome, model::Outcome::invalid);
    EXPECT_NE(record->message.find("less than the empty program"), std::string::npos);
}

// On CPUs whose cores cannot be read there is nothing to be told.
bool reads_cores() { return traffic::measure_cycle_ns().has_value(); }

model::BenchRound round_of(CountingRig& rig, std::uint64_t pairs) {
    rig.begin_round(pairs);
    for (std::uint64_t i = 0; i < pairs; ++i) EXPECT_TRUE(rig.run_windows());
    return rig.end_round();
}

TEST(BenchRig, ARoundHasAsManyPairsAsAskedFor) {
    CountingRig rig;
    rig.expect_core({{kCpu, {0.01, 0}}});  // gives more than that at any time
    const model::BenchRound round = round_of(rig, 10);
    EXPECT_EQ(rig.windows(), 20);
    EXPECT_EQ(round.window_ns.size(), 10U);
    EXPECT_EQ(round.offered, 10'000U);
}

TEST(BenchRig, PairsOfASharedCoreAreMeasuredAgainForThreeTimesTheRoundAtMost) {
    if (!reads_cores()) GTEST_SKIP() << "no way to read this CPU's core";
    CountingRig rig;
    rig.expect_core({{kCpu, {1000, 0}}});  // no core ever gives that: it looks shared
    const model::BenchRound round = round_of(rig, 10);
    EXPECT_EQ(round.window_ns.size(), 30U);
    EXPECT_EQ(round.offered, 30'000U);
    EXPECT_TRUE(round.disturbed());
    EXPECT_EQ(round_of(rig, 5).window_ns.size(), 15U);  // each round has spare ones of its own
}

TEST(BenchRig, BenchesOfARunAreGivenAtTheClockThatTheFirstOneFound) {
    if (!reads_cores()) GTEST_SKIP() << "no way to read this CPU's core";
    std::map<int, KnownCore> cores;
    CountingRig first;
    first.expect_core(cores);
    ASSERT_TRUE(first.warm_up(0.01));
    first.tell_core(cores);
    ASSERT_GT(cores.at(kCpu).cycle_ns, 0);
    ASSERT_GT(cores.at(kCpu).ipc, 0);

    cores.at(kCpu).cycle_ns = 0.5;
    CountingRig second;
    second.expect_core(cores);
    ASSERT_TRUE(second.warm_up(0.01));
    const model::BenchRound round = round_of(second, 10);
    EXPECT_EQ(round.clock_cycle_ns, 0.5);
    EXPECT_DOUBLE_EQ(round.ns_per_packet(), round.cycles_per_packet() / 2);
    EXPECT_DOUBLE_EQ(round.timed_ns_per_packet(), 1000);
    second.tell_core(cores);
    EXPECT_EQ(cores.at(kCpu).cycle_ns, 0.5);
}

TEST(BenchRig, WhatOtherCpusHaveAPartInIsGivenAsTimed) {
    std::map<int, KnownCore> cores{{kCpu, {5, 0.5}}};
    CountingRig rig(false);
    rig.expect_core(cores);
    ASSERT_TRUE(rig.warm_up(0.01));
    const model::BenchRound round = round_of(rig, 10);
    EXPECT_DOUBLE_EQ(round.ns_per_packet(), 1000);
    EXPECT_DOUBLE_EQ(round.baseline_ns(), 1000);
    rig.tell_core(cores);
    EXPECT_EQ(cores.at(kCpu).cycle_ns, 0.5);
}

}  // namespace
}  // namespace xdpbench::bench
