#include "stats/comparison.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <vector>

namespace xdpbench::stats {
namespace {

using Blocks = std::vector<double>;

// Blocks of a noisy machine: normal noise, and now and then a spike to either side, as one that
// another guest's steal time leaves in a median of quads.
class Machine {
  public:
    Machine(unsigned seed, double noise, double spikes) : random_(seed), spikes_(spikes) {
        noise_ = std::normal_distribution<double>(0, noise);
    }

    Blocks blocks(std::size_t count, double effect) {
        Blocks result;
        for (std::size_t i = 0; i < count; ++i) {
            const bool spike = std::bernoulli_distribution(spikes_)(random_);
            result.push_back(std::log1p(effect) + noise_(random_) * (spike ? 5 : 1));
        }
        return result;
    }

  private:
    std::mt19937 random_;
    std::normal_distribution<double> noise_;
    double spikes_;
};

// How often each verdict comes out in `repetitions` comparisons at this effect.
std::map<Judgement, double> rates(const ComparisonPlan& plan, Machine& machine, double effect,
                                  int repetitions) {
    std::map<Judgement, double> result;
    for (int repetition = 0; repetition < repetitions; ++repetition) {
        const Blocks ratios = machine.blocks(plan.looks.back(), effect);
        const Blocks control = machine.blocks(plan.looks.back(), 0);
        result[compare_blocks(plan, ratios, control).judgement] += 1.0 / repetitions;
    }
    return result;
}

TEST(Comparison, NothingIsDecidedBeforeTheFirstLook) {
    Machine machine(1, 0.01, 0);
    const Comparison result = compare_blocks({}, machine.blocks(9, 0.5), machine.blocks(9, 0));
    EXPECT_EQ(result.judgement, Judgement::undecided);
    EXPECT_EQ(result.blocks, 0);
    // Blocks without a control do not count.
    EXPECT_EQ(compare_blocks({}, machine.blocks(24, 0.5), machine.blocks(9, 0)).blocks, 0);
}

TEST(Comparison, AClearSlowdownAtTheFirstLook) {
    Machine machine(1, 0.01, 0);
    const Comparison result = compare_blocks({}, machine.blocks(24, 0.1), machine.blocks(24, 0));
    EXPECT_EQ(result.judgement, Judgement::slower);
    EXPECT_EQ(result.blocks, 10);
    EXPECT_NEAR(result.effect, 0.1, 0.015);
    ASSERT_TRUE(result.interval);
    EXPECT_LT(result.interval->low, 0.1);
    EXPECT_GT(result.interval->high, 0.1);
    EXPECT_GE(result.interval->coverage, 1 - 0.01 / 3);
    EXPECT_LE(result.p, 0.01);
    EXPECT_EQ(compare_blocks({}, machine.blocks(24, -0.1), machine.blocks(24, 0)).judgement,
              Judgement::faster);
}

// What was decided stays decided when more blocks come: the first verdict stands.
TEST(Comparison, LaterBlocksDoNotChangeAVerdict) {
    Machine machine(2, 0.01, 0);
    const ComparisonPlan plan;
    Blocks ratios = machine.blocks(10, 0.1);
    Blocks control = machine.blocks(10, 0);
    const Comparison early = compare_blocks(plan, ratios, control);
    const Blocks more = machine.blocks(14, -0.3);
    ratios.insert(ratios.end(), more.begin(), more.end());
    control.insert(control.end(), more.begin(), more.end());
    const Comparison late = compare_blocks(plan, ratios, control);
    EXPECT_EQ(late.judgement, Judgement::slower);
    EXPECT_EQ(late.effect, early.effect);
}

TEST(Comparison, ASignificantDifferenceBelowTheBaselineIsTheSame) {
    Machine machine(3, 0.001, 0);
    const Comparison result = compare_blocks({}, machine.blocks(24, 0.006), machine.blocks(24, 0));
    EXPECT_LT(result.p, 0.01);
    EXPECT_EQ(result.judgement, Judgement::same);
}

TEST(Comparison, TooMuchNoiseIsInconclusive) {
    Machine machine(4, 0.1, 0);
    const Comparison result = compare_blocks({}, machine.blocks(24, 0), machine.blocks(24, 0));
    EXPECT_EQ(result.judgement, Judgement::inconclusive);
    EXPECT_EQ(result.blocks, 24);
    ASSERT_TRUE(result.smallest_visible);
    EXPECT_GT(*result.smallest_visible, 0.04);
}

TEST(Comparison, AControlThatDiffersFromItselfInvalidates) {
    Machine machine(5, 0.01, 0);
    const Comparison result = compare_blocks({}, machine.blocks(24, 0.1), machine.blocks(24, 0.03));
    EXPECT_EQ(result.judgement, Judgement::invalid);
    EXPECT_NEAR(result.control_effect, 0.03, 0.01);
    EXPECT_LE(result.control_p, 0.01);
}

TEST(Comparison, WhatIsNotFiniteInvalidates) {
    Machine machine(6, 0.01, 0);
    Blocks ratios = machine.blocks(24, 0);
    ratios[3] = std::numeric_limits<double>::infinity();
    EXPECT_EQ(compare_blocks({}, ratios, machine.blocks(24, 0)).judgement, Judgement::invalid);
}

TEST(Comparison, TenBlocksCannotRejectAtATenthOfAPercent) {
    ComparisonPlan plan;
    plan.looks = {10};
    plan.alpha = 0.001;
    Machine machine(7, 0.001, 0);
    const Comparison result = compare_blocks(plan, machine.blocks(10, 0.5), machine.blocks(10, 0));
    EXPECT_EQ(result.judgement, Judgement::inconclusive);
    EXPECT_FALSE(result.interval);
    EXPECT_FALSE(result.smallest_visible);
}

// The promise: at most 1 % false alarms over all looks, whatever the noise; the bounds are three
// standard errors above it.
TEST(ComparisonSimulation, FalseAlarms) {
    const ComparisonPlan plan;
    Machine calm(10, 0.02, 0);
    Machine spiky(11, 0.02, 0.1);
    for (Machine* machine : {&calm, &spiky}) {
        std::map<Judgement, double> rate = rates(plan, *machine, 0, 4000);
        EXPECT_LE(rate[Judgement::slower] + rate[Judgement::faster], 0.0147);
        EXPECT_LE(rate[Judgement::invalid], 0.0147);
        EXPECT_GT(rate[Judgement::invalid], 0.001);  // a test that never rejects is none
    }
}

TEST(ComparisonSimulation, FalseAlarmsOfALongSchedule) {
    ComparisonPlan plan;
    plan.looks = {12, 24, 48, 96};
    plan.threshold = 0;
    Machine machine(12, 0.025, 0.05);
    std::map<Judgement, double> rate = rates(plan, machine, 0, 1500);
    EXPECT_LE(rate[Judgement::slower] + rate[Judgement::faster], 0.0177);
}

// A program that is slower by just the baseline is called the same with at most 1 %.
TEST(ComparisonSimulation, FalseEquivalence) {
    ComparisonPlan plan;
    plan.looks = {12, 24, 48, 96};
    Machine machine(13, 0.01, 0.05);
    EXPECT_LE(rates(plan, machine, 0.01, 1500)[Judgement::same], 0.0177);
    EXPECT_GE(rates(plan, machine, 0, 300)[Judgement::same], 0.9);
}

// The smallest visible effect is seen about as often as it says.
TEST(ComparisonSimulation, SmallestVisibleEffect) {
    for (const double noise : {0.01, 0.02, 0.05}) {
        for (const double power : {0.8, 0.9}) {
            ComparisonPlan plan;
            plan.looks = {24};
            plan.power = power;
            Machine machine(14, noise, 0);
            const Blocks spread = machine.blocks(10'001, 0);
            const std::optional<double> effect =
                smallest_visible(spread, 24, plan.alpha, std::log1p(plan.threshold), power);
            ASSERT_TRUE(effect);
            SCOPED_TRACE(*effect);
            const double seen = rates(plan, machine, std::expm1(*effect), 1500)[Judgement::slower];
            EXPECT_LE(seen, power + 0.03);
            EXPECT_GE(seen, power - 0.09);  // a control that rejects by chance costs 1 %, too
        }
    }
}

}  // namespace
}  // namespace xdpbench::stats
