// What a replacement under traffic and a lan are judged by.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "replay/judge.h"
#include "replay/lan_replay.h"
#include "replay/replacement.h"

namespace xdpbench::replay {
namespace {

// 10 frames, all dropped.
testbed::LinkCounts ten_dropped() {
    testbed::LinkCounts counts;
    counts.actions[XDP_DROP] = 10;
    counts.handled_by_device = 10;
    return counts;
}

TEST(Replacement, EveryFrameMetOneOfTheTwo) {
    EXPECT_EQ(judge_replacement(ten_dropped(), 10, 3).outcome, model::Outcome::passed);
}

TEST(Replacement, AFrameThatMetNeitherIsMissed) {
    testbed::LinkCounts counts = ten_dropped();
    --counts.actions[XDP_DROP];
    const check::Verdict verdict = judge_replacement(counts, 10, 3);
    EXPECT_EQ(verdict.outcome, model::Outcome::invalid);
    EXPECT_NE(verdict.message.find("replaced 3 times under traffic: "), std::string::npos);
    EXPECT_EQ(judge_replacement(ten_dropped(), 11, 3).outcome, model::Outcome::invalid);
}

TEST(Replacement, WhatIsNoActionFails) {
    testbed::LinkCounts counts = ten_dropped();
    --counts.actions[XDP_DROP];
    counts.no_action = 1;
    const check::Verdict verdict = judge_replacement(counts, 10, 3);
    EXPECT_EQ(verdict.outcome, model::Outcome::failed);
    EXPECT_NE(verdict.message.find("1 frame: the program returned a value that is no XDP action"),
              std::string::npos);
}

class TestRuns : public testing::Test {
  protected:
    void SetUp() override {
        test_runs_.frames = 10;
        test_runs_.actions[XDP_PASS] = 10;
        replay_.actions[XDP_PASS] = 10;
    }
    check::Verdict judged(const std::string& unsteady = "") {
        return judge_against_test_runs(test_runs_, replay_, unsteady, notes_);
    }
    model::VerdictRecord test_runs_;
    model::ReplayRecord replay_;
    std::vector<std::string> notes_;
};

TEST_F(TestRuns, TheSameVerdictsPass) {
    EXPECT_EQ(judged().outcome, model::Outcome::passed);
    EXPECT_TRUE(notes_.empty());
}

TEST_F(TestRuns, OtherVerdictsFail) {
    replay_.actions = {0, 0, 9, 1, 0};
    const check::Verdict verdict = judged();
    EXPECT_EQ(verdict.outcome, model::Outcome::failed);
    EXPECT_NE(verdict.message.find("XDP_TX: 0 frames in test runs, 1 in the replay"),
              std::string::npos)
        << verdict.message;
}

TEST_F(TestRuns, DropsOfTheStackAreALikelyCauseWhereTheyCannotBeTold) {
    replay_.actions = {0, 1, 9, 0, 0};
    replay_.mode = model::Mode::generic;
    EXPECT_NE(judged().message.find("the stack does not take"), std::string::npos);
    replay_.mode = model::Mode::native;
    EXPECT_EQ(judged().message.find("the stack does not take"), std::string::npos);
}

TEST_F(TestRuns, AFrameWithoutAnActionIsOneMore) {
    test_runs_.actions[XDP_PASS] = 9;
    test_runs_.no_action = 1;
    EXPECT_EQ(judged().outcome, model::Outcome::failed);
    replay_.actions[XDP_PASS] = 9;
    replay_.no_action = 1;
    EXPECT_EQ(judged().outcome, model::Outcome::passed);
}

TEST_F(TestRuns, FramesThatTheProgramNeverHadAreNoContradiction) {
    replay_.actions[XDP_PASS] = 8;
    EXPECT_EQ(judged().outcome, model::Outcome::passed);
}

TEST_F(TestRuns, AProgramThatReadsTheClockIsNotBlamed) {
    replay_.actions = {0, 5, 5, 0, 0};
    EXPECT_EQ(judged("reads the clock").outcome, model::Outcome::passed);
    ASSERT_EQ(notes_.size(), 1U);
    EXPECT_NE(notes_[0].find("reads the clock"), std::string::npos) << notes_[0];
}

class LanAnswers : public testing::Test {
  protected:
    void SetUp() override {
        for (const char* const name : {"client", "dut", "backend1"}) {
            scenario::LanAddress host;
            host.name = name;
            lan_.hosts.push_back(host);
        }
        expected_.count = expected_.answered = 3;
        expected_.answered_by = {{"dut", {1, 3}}, {"backend1", {2}}};
        record_.answered_by = expected_.answered_by;
    }
    [[nodiscard]] std::string judged(const Sequences& requests) const {
        check::Failures failures;
        judge_answers(lan_, expected_, requests, record_, failures);
        return failures.text();
    }

    scenario::Lan lan_;
    scenario::LanPing expected_;
    model::LanStepRecord record_;
};

TEST_F(LanAnswers, EachHostGotAndAnsweredItsOwn) {
    EXPECT_EQ(judged({{"dut", {1, 3}}, {"backend1", {2}}}), "");
}

TEST_F(LanAnswers, ARequestThatAnotherHostGotIsTold) {
    EXPECT_NE(judged({{"dut", {1}}, {"backend1", {2, 3}}}).find("it got 1"), std::string::npos);
    EXPECT_NE(judged({{"dut", {1, 3}}, {"backend1", {2}}, {"client", {2}}}).find("client"),
              std::string::npos);
}

TEST_F(LanAnswers, AnAnswerFromAnotherHostIsTold) {
    record_.answered_by = {{"dut", {1, 2, 3}}};
    const std::string text = judged({{"dut", {1, 3}}, {"backend1", {2}}});
    EXPECT_NE(text.find("backend1 to get and answer 2"), std::string::npos) << text;
    EXPECT_NE(text.find("dut to get and answer 1, 3"), std::string::npos) << text;
}

}  // namespace
}  // namespace xdpbench::replay
