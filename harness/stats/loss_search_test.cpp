#include "stats/loss_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <vector>

namespace xdpbench::stats {
namespace {

using Trials = std::vector<TrialResult>;
using Sut = std::function<double(double load, double seconds)>;  // gives the loss ratio

constexpr LoadRange kRange{1000, 10'000'000};

Trials search(const std::vector<SearchGoal>& goals, const Sut& sut, std::size_t most = 500) {
    Trials trials;
    while (const std::optional<NextTrial> next = next_trial(goals, kRange, trials)) {
        EXPECT_GE(next->load, kRange.min);
        EXPECT_LE(next->load, kRange.max);
        trials.push_back({next->load, next->seconds, sut(next->load, next->seconds)});
        if (trials.size() == most) {
            ADD_FAILURE() << "the search does not end";
            break;
        }
    }
    return trials;
}

// Forwards at most `capacity` frames a second and loses the rest.
Sut bottleneck(double capacity) {
    return [capacity](double load, double) { return std::max(0.0, 1 - capacity / load); };
}

double seconds(const Trials& trials) {
    double sum = 0;
    for (const TrialResult& trial : trials) sum += trial.seconds;
    return sum;
}

// One trial as long as the goal wants decides; RFC 2544 knows nothing else.
TEST(LoadClassification, OneFullTrialWithoutExceedRatio) {
    const SearchGoal goal;
    EXPECT_EQ(classify(goal, Trials{{5, 1, 0}}, 5), LoadClass::lower_bound);
    EXPECT_EQ(classify(goal, Trials{{5, 1, 1e-6}}, 5), LoadClass::upper_bound);
    EXPECT_EQ(classify(goal, Trials{{5, 0.1, 0}}, 5), LoadClass::undecided);
    EXPECT_EQ(classify(goal, Trials{{5, 0.1, 0.5}}, 5), LoadClass::upper_bound);
    EXPECT_EQ(classify(goal, Trials{{5, 1, 0}}, 6), LoadClass::undecided);
    EXPECT_EQ(classify(goal, Trials{{5, 1, 0}, {5, 1, 0.1}}, 5), LoadClass::upper_bound);
}

// TST009 of the RFC's examples: three trials of a second, half of which may lose.
TEST(LoadClassification, ExceedRatio) {
    SearchGoal goal;
    goal.duration_sum = 3;
    goal.exceed_ratio = 0.5;
    EXPECT_EQ(classify(goal, Trials{{5, 1, 0}}, 5), LoadClass::undecided);
    EXPECT_EQ(classify(goal, Trials{{5, 1, 0}, {5, 1, 0.1}}, 5), LoadClass::undecided);
    EXPECT_EQ(classify(goal, Trials{{5, 1, 0}, {5, 1, 0}}, 5), LoadClass::lower_bound);
    EXPECT_EQ(classify(goal, Trials{{5, 1, 0}, {5, 1, 0.1}, {5, 1, 0}}, 5), LoadClass::lower_bound);
    EXPECT_EQ(classify(goal, Trials{{5, 1, 0.1}, {5, 1, 0.1}}, 5), LoadClass::upper_bound);
    // Short low-loss trials balance short high-loss ones, and only those.
    EXPECT_EQ(classify(goal, Trials{{5, 0.9, 0}, {5, 0.9, 0.1}, {5, 0.9, 0.1}}, 5),
              LoadClass::undecided);
    EXPECT_EQ(classify(goal, Trials{{5, 0.9, 0.1}, {5, 0.9, 0.1}}, 5), LoadClass::upper_bound);
}

TEST(LoadClassification, ALossRatioIsAllowed) {
    SearchGoal goal;
    goal.loss_ratio = 0.005;
    EXPECT_EQ(classify(goal, Trials{{5, 1, 0.005}}, 5), LoadClass::lower_bound);
    EXPECT_EQ(classify(goal, Trials{{5, 1, 0.0051}}, 5), LoadClass::upper_bound);
}

// A lower bound above an upper bound is noise, and not relevant.
TEST(RelevantBounds, LowestUpperAndTheHighestLowerBelowIt) {
    const SearchGoal goal;
    const Trials trials{{100, 1, 0}, {200, 1, 0}, {300, 1, 0.1}, {400, 1, 0}, {500, 1, 0.1}};
    const SearchBounds bounds = relevant_bounds(goal, trials);
    EXPECT_EQ(bounds.upper, 300);
    EXPECT_EQ(bounds.lower, 200);
}

TEST(LossSearch, FindsTheBottleneck) {
    for (const double capacity : {1500.0, 123'456.0, 2'000'000.0, 9'900'000.0}) {
        SCOPED_TRACE(capacity);
        const SearchGoal goal;
        const Trials trials = search({goal}, bottleneck(capacity));
        const GoalResult result = goal_result(goal, kRange, trials);
        EXPECT_TRUE(result.reached);
        ASSERT_TRUE(result.bounds.lower && result.bounds.upper);
        EXPECT_LE(*result.bounds.lower, capacity);
        EXPECT_GT(*result.bounds.upper, capacity);
        EXPECT_LE(*result.bounds.upper - *result.bounds.lower, 0.005 * *result.bounds.upper + 1);
        EXPECT_EQ(result.conditional_throughput, *result.bounds.lower);
        EXPECT_LE(trials.size(), 25);
        EXPECT_LE(seconds(trials), 8);
    }
}

TEST(LossSearch, StartsAtTheMaximumWithAShortTrial) {
    const std::optional<NextTrial> first = next_trial(std::vector<SearchGoal>{{}}, kRange, {});
    ASSERT_TRUE(first);
    EXPECT_EQ(first->load, kRange.max);
    EXPECT_EQ(first->seconds, 0.1);
}

TEST(LossSearch, NoLossAtTheMaximum) {
    const SearchGoal goal;
    const Trials trials = search({goal}, bottleneck(1e9));
    const GoalResult result = goal_result(goal, kRange, trials);
    EXPECT_TRUE(result.reached);
    EXPECT_EQ(result.bounds.lower, kRange.max);
    EXPECT_FALSE(result.bounds.upper);
    EXPECT_LE(trials.size(), 3);  // one for each phase
}

TEST(LossSearch, LossEvenAtTheMinimum) {
    const SearchGoal goal;
    const Trials trials = search({goal}, [](double, double) { return 0.1; });
    const GoalResult result = goal_result(goal, kRange, trials);
    EXPECT_FALSE(result.reached);
    EXPECT_FALSE(result.bounds.lower);
    EXPECT_EQ(result.bounds.upper, kRange.min);
    EXPECT_EQ(result.conditional_throughput, 0);
}

TEST(LossSearch, ZeroLossAndPartialDropRateShareTrials) {
    SearchGoal zero;
    SearchGoal partial;
    partial.loss_ratio = 0.05;
    const Sut sut = bottleneck(1'000'000);
    const Trials both = search({zero, partial}, sut);
    const double ndr = *goal_result(zero, kRange, both).bounds.lower;
    const GoalResult pdr = goal_result(partial, kRange, both);
    EXPECT_LE(ndr, 1'000'000);
    EXPECT_NEAR(*pdr.bounds.lower, 1'000'000 / 0.95, 1'000'000 / 0.95 * 0.006);
    EXPECT_NEAR(pdr.conditional_throughput, 1'000'000, 6000);
    EXPECT_LT(both.size(), search({zero}, sut).size() + search({partial}, sut).size());
}

// A machine that now and then loses frames at any load: without an exceed ratio the search is
// driven down, with one it finds the capacity. It ends in both cases.
TEST(LossSearch, NoisyMachine) {
    const auto noisy = [](unsigned seed) {
        return [random = std::mt19937(seed)](double load, double seconds) mutable {
            const bool hiccup = std::bernoulli_distribution(0.25 * seconds)(random);
            return std::max(hiccup ? 1e-4 : 0.0, 1 - 1'000'000 / load);
        };
    };
    SearchGoal tolerant;
    tolerant.exceed_ratio = 0.5;
    tolerant.duration_sum = 9;
    SearchGoal strict = tolerant;
    strict.exceed_ratio = 0;
    double tolerant_worst = 1e9;
    double strict_worst = 1e9;
    for (unsigned seed = 0; seed < 30; ++seed) {
        const GoalResult with = goal_result(tolerant, kRange, search({tolerant}, noisy(seed)));
        EXPECT_TRUE(with.reached);
        tolerant_worst = std::min(tolerant_worst, with.bounds.lower.value_or(0));
        const GoalResult without = goal_result(strict, kRange, search({strict}, noisy(seed)));
        strict_worst = std::min(strict_worst, without.bounds.lower.value_or(0));
    }
    EXPECT_GT(tolerant_worst, 0.9e6);
    EXPECT_LT(strict_worst, 0.5e6);
}

// Pure: the same trials give the same next trial, whatever order they are listed in.
TEST(LossSearch, OrderOfTrialsDoesNotMatter) {
    const std::vector<SearchGoal> goals{{}};
    Trials trials = search(goals, bottleneck(777'777));
    trials.resize(trials.size() / 2);
    const std::optional<NextTrial> next = next_trial(goals, kRange, trials);
    std::reverse(trials.begin(), trials.end());
    const std::optional<NextTrial> again = next_trial(goals, kRange, trials);
    ASSERT_TRUE(next && again);
    EXPECT_EQ(next->load, again->load);
}

}  // namespace
}  // namespace xdpbench::stats
