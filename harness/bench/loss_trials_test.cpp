#include "bench/loss_trials.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace xdpbench::bench {
namespace {

// A trial on a machine whose generator offers at most `most` and whose program takes `capacity`.
model::Trial trial_at(double rate, double seconds, double most, double capacity) {
    model::Trial trial;
    trial.rate = rate;
    trial.seconds = trial.sent_seconds = seconds;
    trial.sent = static_cast<std::uint64_t>(std::llround(std::min(rate, most) * seconds));
    trial.processed =
        std::min(trial.sent, static_cast<std::uint64_t>(std::llround(capacity * seconds)));
    if (trial.sent > trial.processed)
        trial.losses["generator_xmit_errors"] = trial.sent - trial.processed;
    return trial;
}

std::vector<model::Trial> search(const std::vector<stats::SearchGoal>& goals,
                                 const stats::LoadRange& range, double most, double capacity) {
    std::vector<model::Trial> trials;
    std::vector<stats::TrialResult> results;
    while (const auto next = stats::next_trial(goals, range, results)) {
        trials.push_back(trial_at(next->load, next->seconds, most, capacity));
        results.push_back(judged(trials.back()));
        EXPECT_LT(trials.size(), 200U);
    }
    return trials;
}

TEST(Judged, LossIsAShareOfWhatWasSent) {
    EXPECT_EQ(judged(trial_at(1000, 1, 1e6, 1e6)).loss_ratio, 0);
    EXPECT_DOUBLE_EQ(judged(trial_at(1000, 1, 1e6, 900)).loss_ratio, 0.1);
    // Nearly the rate is the rate: a frame not sent is no loss.
    EXPECT_EQ(judged(trial_at(1000, 1, 995, 1e6)).loss_ratio, 0);
}

TEST(Judged, ARateThatWasNotReachedIsTooHigh) {
    const model::Trial trial = trial_at(1000, 1, 800, 1e6);
    EXPECT_FALSE(trial.reached());
    EXPECT_EQ(trial.lost(), 0);
    EXPECT_DOUBLE_EQ(judged(trial).loss_ratio, 0.2);
}

// All frames were sent, but that took longer than it should.
TEST(Judged, ARateThatWasReachedTooSlowlyIsTooHigh) {
    model::Trial trial = trial_at(1000, 1, 1e6, 1e6);
    trial.sent_seconds = 1.25;
    EXPECT_FALSE(trial.reached());
    EXPECT_DOUBLE_EQ(judged(trial).loss_ratio, 0.2);
}

TEST(LossTrials, NoBoundIsARateThatWasNotOffered) {
    const stats::LoadRange range{1000, 1e6};
    std::vector<model::Trial> trials;
    for (int i = 0; i < 3; ++i) {
        trials.push_back(trial_at(1e6, 1, 1e9, 1e9));
        trials.back().sent_seconds = 1.05;
    }
    for (const stats::SearchGoal& goal : search_goals({{0, 0.2}, 0.5, 0.2}, 1, 3)) {
        const model::SearchedGoal found = conclude(goal, range, trials);
        EXPECT_LE(found.result.bounds.lower.value_or(0), 1e6 / 1.05) << goal.loss_ratio;
        EXPECT_EQ(found.result.bounds.lower.has_value(), goal.loss_ratio > 0);
        EXPECT_EQ(found.result.reached, goal.loss_ratio > 0);
    }
}

TEST(LossTrials, LossBelowTheGeneratorsMaximumIsTheProgram) {
    const std::vector<stats::SearchGoal> goals = search_goals({}, 1, 1);
    const stats::LoadRange range{1000, 5e6};
    const std::vector<model::Trial> trials = search(goals, range, 5e6, 2e6);
    const model::SearchedGoal zero = conclude(goals[0], range, trials);
    EXPECT_EQ(zero.bound, model::Bound::program);
    EXPECT_NEAR(*zero.result.bounds.lower, 2e6, 2e6 * 0.006);
    EXPECT_NE(zero.evidence.find("more frames were lost"), std::string::npos);
    const model::SearchedGoal partial = conclude(goals[1], range, trials);
    EXPECT_EQ(partial.bound, model::Bound::program);
    EXPECT_GT(*partial.result.bounds.lower, *zero.result.bounds.lower);
}

TEST(LossTrials, NoLossUpToTheMaximumIsTheGenerator) {
    const std::vector<stats::SearchGoal> goals = search_goals({}, 1, 3);
    const stats::LoadRange range{1000, 5e6};
    const model::SearchedGoal goal = conclude(goals[0], range, search(goals, range, 5e6, 1e9));
    EXPECT_EQ(goal.bound, model::Bound::generator);
    EXPECT_EQ(*goal.result.bounds.lower, 5e6);
    EXPECT_NE(goal.evidence.find("no loss up to 5 Mpps"), std::string::npos) << goal.evidence;
}

// Its maximum was overestimated: it falls short there, and nothing is ever lost.
TEST(LossTrials, AGeneratorThatFallsShortIsNoLossOfTheProgram) {
    const std::vector<stats::SearchGoal> goals = search_goals({}, 1, 3);
    const stats::LoadRange range{1000, 5e6};
    const model::SearchedGoal goal = conclude(goals[0], range, search(goals, range, 4e6, 1e9));
    EXPECT_EQ(goal.bound, model::Bound::generator);
    ASSERT_TRUE(goal.result.bounds.upper);
    EXPECT_NEAR(*goal.result.bounds.lower, 4e6, 4e6 * 0.02);
}

TEST(LossTrials, LossAtAnyRateHasNoThroughput) {
    const std::vector<stats::SearchGoal> goals = search_goals({{0}, 0, 0.005}, 1, 1);
    const stats::LoadRange range{1000, 5e6};
    std::vector<model::Trial> trials;
    std::vector<stats::TrialResult> results;
    while (const auto next = stats::next_trial(goals, range, results)) {
        trials.push_back(trial_at(next->load, next->seconds, 5e6, next->load * 0.9));
        results.push_back(judged(trials.back()));
    }
    const model::SearchedGoal goal = conclude(goals[0], range, trials);
    EXPECT_EQ(goal.bound, model::Bound::none);
    EXPECT_FALSE(goal.result.bounds.lower);
    EXPECT_NE(goal.evidence.find("more was lost"), std::string::npos) << goal.evidence;
}

// Nothing was lost: that must not be said of a machine too busy to send.
TEST(LossTrials, AGeneratorThatReachesNothingIsNoLoss) {
    const std::vector<stats::SearchGoal> goals = search_goals({{0}, 0, 0.005}, 1, 1);
    const stats::LoadRange range{1000, 5e6};
    const model::SearchedGoal goal = conclude(goals[0], range, search(goals, range, 500, 1e9));
    EXPECT_EQ(goal.bound, model::Bound::none);
    EXPECT_NE(goal.evidence.find("was reached: something else runs"), std::string::npos)
        << goal.evidence;
}

TEST(SearchGoals, OneForEachLossRatioOnce) {
    const std::vector<stats::SearchGoal> goals =
        search_goals({{0.005, 0, 0.005}, 0.25, 0.01}, 2, 3);
    ASSERT_EQ(goals.size(), 2U);
    EXPECT_EQ(goals[0].loss_ratio, 0);
    EXPECT_EQ(goals[1].loss_ratio, 0.005);
    EXPECT_EQ(goals[0].exceed_ratio, 0.25);
    EXPECT_EQ(goals[0].initial_seconds, 0.2);
    EXPECT_EQ(goals[0].final_seconds, 2);
    EXPECT_EQ(goals[0].duration_sum, 6);
    EXPECT_EQ(goals[0].width, 0.01);
}

}  // namespace
}  // namespace xdpbench::bench
