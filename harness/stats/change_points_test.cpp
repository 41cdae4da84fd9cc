#include "stats/change_points.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>

#include "stats/energy_split.h"
#include "stats/simulated_series_test.h"

namespace xdpbench::stats {
namespace {

std::vector<double> shifted(std::vector<double> series, std::size_t from, double factor) {
    for (std::size_t i = from; i < series.size(); ++i) series[i] *= factor;
    return series;
}

// By the formula of the paper, pair by pair.
double statistic_of(const std::vector<double>& values, std::size_t left) {
    const auto mean_distance = [&](std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
        double sum = 0;
        double pairs = 0;
        for (std::size_t i = a; i < b; ++i) {
            for (std::size_t j = std::max(c, a == c ? i + 1 : c); j < d; ++j) {
                sum += std::abs(values[i] - values[j]);
                ++pairs;
            }
        }
        return sum / pairs;
    };
    const std::size_t n = values.size();
    const auto m = static_cast<double>(left);
    const auto k = static_cast<double>(n - left);
    return m * k / (m + k) *
           (2 * mean_distance(0, left, left, n) - mean_distance(0, left, 0, left) -
            mean_distance(left, n, left, n));
}

TEST(EnergySplit, AsTheFormulaSaysForEveryOrder) {
    std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same series every time
    std::vector<double> values = with_spikes(independent(0.1), 0.3, 1)(random, 23);
    values[4] = values[9] = values[17];  // ties
    EnergySplitter splitter(values, 2);
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (int turn = 0; turn < 10; ++turn) {
        std::shuffle(order.begin(), order.end(), random);
        std::vector<double> ordered;
        for (const std::size_t i : order) ordered.push_back(values[i]);
        Split expected;
        for (std::size_t left = 2; left + 2 <= values.size(); ++left) {
            const double statistic = statistic_of(ordered, left);
            if (expected.index == 0 || statistic > expected.statistic) expected = {left, statistic};
        }
        const Split split = splitter.best(order);
        EXPECT_EQ(split.index, expected.index);
        EXPECT_NEAR(split.statistic, expected.statistic, 1e-9);
    }
}

TEST(ChangePoints, FindsLevelsThatAreThere) {
    std::mt19937 random(2);  // NOLINT(cert-msc51-cpp)
    const std::vector<double> series =
        shifted(shifted(independent(0.01)(random, 90), 30, 1.10), 60, 0.95);
    const auto changes = find_changes(series);
    ASSERT_TRUE(changes);
    ASSERT_EQ(changes->size(), 2U);
    EXPECT_EQ(changes->at(0).index, 30U);
    EXPECT_EQ(changes->at(1).index, 60U);
    EXPECT_NEAR(changes->at(0).effect(), 0.10, 0.01);
    EXPECT_NEAR(changes->at(1).effect(), -0.05, 0.01);
    EXPECT_NEAR(changes->at(0).before, 100, 1);
    EXPECT_EQ(changes->at(0).after, changes->at(1).before);
    EXPECT_DOUBLE_EQ(changes->at(0).p, 0.001);
    EXPECT_EQ(find_changes(series), changes);  // again the same
}

TEST(ChangePoints, AStepUpAndBackIsTwoChanges) {
    std::mt19937 random(3);  // NOLINT(cert-msc51-cpp)
    const std::vector<double> series =
        shifted(shifted(independent(0.005)(random, 60), 25, 1.05), 40, 1 / 1.05);
    const auto changes = find_changes(series);
    ASSERT_EQ(changes->size(), 2U);
    EXPECT_EQ(changes->at(0).index, 25U);
    EXPECT_EQ(changes->at(1).index, 40U);
}

TEST(ChangePoints, NothingInWhatSaysNothing) {
    EXPECT_TRUE(find_changes({})->empty());
    EXPECT_TRUE(find_changes(std::vector<double>{1, 2})->empty());
    EXPECT_TRUE(find_changes(std::vector<double>(100, 7.0))->empty());
    EXPECT_FALSE(find_changes(std::vector<double>{1, std::numeric_limits<double>::quiet_NaN()}));
}

TEST(ChangePoints, EqualValuesOnTwoLevels) {
    const auto changes = find_changes(shifted(std::vector<double>(20, 50.0), 12, 1.02));
    ASSERT_EQ(changes->size(), 1U);
    EXPECT_EQ(changes->front().index, 12U);
}

// Significant, but smaller than anybody asked for.
TEST(ChangePoints, SmallChangesAreNotReported) {
    std::mt19937 random(4);  // NOLINT(cert-msc51-cpp)
    const std::vector<double> series = shifted(independent(0.001)(random, 60), 30, 1.005);
    EXPECT_TRUE(find_changes(series)->empty());
    ChangePlan plan;
    plan.smallest_effect = 0;
    EXPECT_EQ(find_changes(series, plan)->size(), 1U);
}

TEST(ChangePoints, TheShortestSegmentIsKept) {
    std::mt19937 random(5);  // NOLINT(cert-msc51-cpp)
    const std::vector<double> series = shifted(independent(0.005)(random, 40), 38, 2);
    EXPECT_TRUE(find_changes(series)->empty() || find_changes(series)->front().index <= 37);
    ChangePlan plan;
    plan.shortest = 2;
    ASSERT_EQ(find_changes(series, plan)->size(), 1U);
    EXPECT_EQ(find_changes(series, plan)->front().index, 38U);
}

// Of many simulated series: the share in which any change is found.
double alarms(const Simulate& simulate, const ChangePlan& plan, int repetitions) {
    std::mt19937 random(6);  // NOLINT(cert-msc51-cpp)
    int alarms = 0;
    for (int i = 0; i < repetitions; ++i) {
        if (!find_changes(simulate(random, 100), plan)->empty()) ++alarms;
    }
    return static_cast<double>(alarms) / repetitions;
}

TEST(ChangePoints, FewAlarmsWithoutAChange) {
    EXPECT_LE(alarms(independent(0.02), {}, 500), 0.01);
    EXPECT_LE(alarms(with_spikes(independent(0.01), 0.05, 0.3), {}, 500), 0.01);
    EXPECT_LE(alarms(bimodal(independent(0.01), 0.3, 0.04), {}, 500), 0.01);
}

// The permutation test is exact: without a smallest effect it raises as many alarms as it may.
TEST(ChangePoints, AsManyAlarmsAsAllowed) {
    ChangePlan plan;
    plan.smallest_effect = 0;
    plan.block = 1;
    plan.alpha = 0.1;
    plan.permutations = 99;
    EXPECT_NEAR(alarms(independent(0.01), plan, 500), 0.1, 0.03);
}

TEST(ChangePoints, DriftRaisesFewerAlarmsInBlocks) {
    ChangePlan plan;
    EXPECT_LE(alarms(drifting(0.01, 0.4), plan, 300), 0.03);
    plan.block = 1;
    EXPECT_GE(alarms(drifting(0.01, 0.4), plan, 300), 0.05);
}

// The demand: a shift of 3 % in the middle of 40, not more than 5 values off, in 90 %.
TEST(ChangePoints, FindsAShiftOfThreePercent) {
    for (const Simulate& simulate :
         {independent(0.01), with_spikes(independent(0.01), 0.05, 0.3)}) {
        std::mt19937 random(7);  // NOLINT(cert-msc51-cpp)
        int found = 0;
        constexpr int kRepetitions = 100;
        for (int i = 0; i < kRepetitions; ++i) {
            const auto changes = find_changes(shifted(simulate(random, 40), 20, 1.03));
            found += std::any_of(changes->begin(), changes->end(), [](const ChangePoint& change) {
                return change.index >= 15 && change.index <= 25;
            });
        }
        EXPECT_GE(found, 90);
    }
}

}  // namespace
}  // namespace xdpbench::stats
