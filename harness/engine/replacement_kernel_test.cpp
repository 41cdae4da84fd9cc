// Replacing a running program: every frame meets one of the two. And two modes that do not do the
// same are found out, frame by frame.
#include <gtest/gtest.h>

#include "engine/modes.h"
#include "engine/replacement.h"
#include "engine/replay.h"
#include "kernel/fixture_test.h"

namespace xdpbench {
namespace {

Subject subject_of_object(const std::string& object, const std::string& function = {}) {
    Subject subject;
    subject.scenario.name = "subject";
    subject.scenario.program.function = function;
    subject.object = object;
    Replay& replay = subject.scenario.replay.emplace();
    replay.traffic.pcap = std::string(XDP_BENCH_SOURCE_DIR) + "/pcaps/udp_64.pcap";
    replay.traffic.text = replay.traffic.pcap;
    return subject;
}

class ReplacementTest : public KernelTest, public testing::WithParamInterface<Mode> {};

TEST_P(ReplacementTest, EveryFrameMeetsOneOfTheTwoPrograms) {
    Subject subject = subject_of_object(reference_object("xdp_pass"));
    Replacement& replacement = subject.scenario.replay->replace.emplace();
    replacement.with = ProgramRef{{}, reference_object("xdp_tx"), {}};
    replacement.times = 50;
    const auto outcome = replace_under_traffic(subject, GetParam());
    ASSERT_TRUE(outcome) << outcome.error().text();
    EXPECT_EQ(outcome->verdict.outcome, Outcome::passed) << outcome->verdict.message;
    const ReplacementRecord& record = outcome->record;
    EXPECT_EQ(record.times, 50U);
    EXPECT_TRUE(record.balanced);
    ASSERT_TRUE(record.by_first && record.by_second);
    EXPECT_GE(*record.by_first, 26U) << "a frame at least each time that it was in place";
    EXPECT_GE(*record.by_second, 25U);
    std::uint64_t lost = 0;
    for (const auto& [name, frames] : record.losses) lost += frames;
    EXPECT_LE(record.sent - *record.by_first - *record.by_second, lost);
}

TEST_P(ReplacementTest, TheSameProgramTakesItsOwnPlace) {
    Subject subject = subject_of_object(reference_object("xdp_drop"));
    subject.scenario.replay->replace.emplace().times = 20;
    const auto outcome = replace_under_traffic(subject, GetParam());
    ASSERT_TRUE(outcome) << outcome.error().text();
    EXPECT_EQ(outcome->verdict.outcome, Outcome::passed) << outcome->verdict.message;
    EXPECT_GT(*outcome->record.by_first, 0U);
    EXPECT_GT(*outcome->record.by_second, 0U);
}

TEST_P(ReplacementTest, ProgramsThatDoNotCountAreCountedByDriverOrArrival) {
    Subject subject = subject_of_object(fixture_object("plain"));
    subject.scenario.replay->replace.emplace().times = 20;
    const auto outcome = replace_under_traffic(subject, GetParam());
    ASSERT_TRUE(outcome) << outcome.error().text();
    EXPECT_EQ(outcome->verdict.outcome, Outcome::passed) << outcome->verdict.message;
    EXPECT_FALSE(outcome->record.by_first);
    EXPECT_TRUE(outcome->record.balanced);
}

INSTANTIATE_TEST_SUITE_P(Modes, ReplacementTest, testing::Values(Mode::generic, Mode::native),
                         mode_as_name);

class ModesTest : public KernelTest {
  protected:
    static Verdict compared(const Subject& subject) {
        std::vector<std::string> notes;
        const ReplayOutcome generic = run_replay(subject, Mode::generic, {}, notes);
        const ReplayOutcome native = run_replay(subject, Mode::native, {}, notes);
        if (!generic.observation || !native.observation)
            return {Outcome::invalid, generic.verdict.message + native.verdict.message};
        return compare_modes(subject, *generic.observation, *native.observation);
    }
};

TEST_F(ModesTest, ReferenceProgramsAgree) {
    const Verdict verdict = compared(subject_of_object(reference_object("xdp_tx")));
    EXPECT_EQ(verdict.outcome, Outcome::passed) << verdict.message;
}

TEST_F(ModesTest, ADisagreementNamesTheFrameAndTheField) {
    const Verdict verdict = compared(subject_of_object(fixture_object("fickle"), "fickle"));
    EXPECT_EQ(verdict.outcome, Outcome::failed);
    EXPECT_NE(verdict.message.find("the modes disagree"), std::string::npos) << verdict.message;
    EXPECT_NE(verdict.message.find("udp_64.pcap#"), std::string::npos) << verdict.message;
    EXPECT_NE(verdict.message.find("eth.dst"), std::string::npos) << verdict.message;
}

TEST_F(ModesTest, ADisagreementNamesTheFrameAndTheVerdicts) {
    const Verdict verdict = compared(subject_of_object(fixture_object("fickle"), "moody"));
    EXPECT_EQ(verdict.outcome, Outcome::failed);
    EXPECT_NE(verdict.message.find("udp_64.pcap#"), std::string::npos) << verdict.message;
    EXPECT_NE(verdict.message.find("arrived nowhere"), std::string::npos) << verdict.message;
}

}  // namespace
}  // namespace xdpbench
