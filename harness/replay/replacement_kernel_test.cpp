// Replacing a running program: every frame meets one of the two. And two modes that do not do the
// same are found out, frame by frame.
#include <gtest/gtest.h>

#include "bpf/fixture_test.h"
#include "replay/modes.h"
#include "replay/replacement.h"
#include "replay/replay.h"

namespace xdpbench::replay {
namespace {

target::Target target_of_object(const std::string& object, const std::string& function = {}) {
    target::Target target;
    target.scenario.name = "subject";
    target.scenario.program.function = function;
    target.object = object;
    scenario::Replay& replay = target.scenario.replay.emplace();
    replay.traffic.pcap = std::string(XDP_BENCH_SOURCE_DIR) + "/pcaps/udp_64.pcap";
    replay.traffic.text = replay.traffic.pcap;
    return target;
}

class ReplacementTest : public bpf::KernelTest, public testing::WithParamInterface<model::Mode> {};

TEST_P(ReplacementTest, EveryFrameMeetsOneOfTheTwoPrograms) {
    target::Target target = target_of_object(bpf::reference_object("xdp_pass"));
    scenario::Replacement& replacement = target.scenario.replay->replace.emplace();
    replacement.with = scenario::ProgramRef{{}, bpf::reference_object("xdp_tx"), {}};
    replacement.times = 50;
    const auto outcome = replace_under_traffic(target, GetParam());
    ASSERT_TRUE(outcome) << outcome.error().text();
    EXPECT_EQ(outcome->verdict.outcome, model::Outcome::passed) << outcome->verdict.message;
    const model::ReplacementRecord& record = outcome->record;
    EXPECT_EQ(record.times, 50U);
    EXPECT_TRUE(record.accounted_for);
    ASSERT_TRUE(record.by_first && record.by_second);
    EXPECT_GE(*record.by_first, 26U) << "a frame at least each time that it was in place";
    EXPECT_GE(*record.by_second, 25U);
    std::uint64_t lost = 0;
    for (const auto& [name, frames] : record.losses) lost += frames;
    EXPECT_LE(record.sent - *record.by_first - *record.by_second, lost);
}

TEST_P(ReplacementTest, TheSameProgramTakesItsOwnPlace) {
    target::Target target = target_of_object(bpf::reference_object("xdp_drop"));
    target.scenario.replay->replace.emplace().times = 20;
    const auto outcome = replace_under_traffic(target, GetParam());
    ASSERT_TRUE(outcome) << outcome.error().text();
    EXPECT_EQ(outcome->verdict.outcome, model::Outcome::passed) << outcome->verdict.message;
    EXPECT_GT(*outcome->record.by_first, 0U);
    EXPECT_GT(*outcome->record.by_second, 0U);
}

TEST_P(ReplacementTest, ProgramsThatDoNotCountAreCountedByDriverOrArrival) {
    target::Target target = target_of_object(bpf::fixture_object("plain"));
    target.scenario.replay->replace.emplace().times = 20;
    const auto outcome = replace_under_traffic(target, GetParam());
    ASSERT_TRUE(outcome) << outcome.error().text();
    EXPECT_EQ(outcome->verdict.outcome, model::Outcome::passed) << outcome->verdict.message;
    EXPECT_FALSE(outcome->record.by_first);
    EXPECT_TRUE(outcome->record.accounted_for);
}

INSTANTIATE_TEST_SUITE_P(Modes, ReplacementTest,
                         testing::Values(model::Mode::generic, model::Mode::native),
                         bpf::mode_as_name);

class ModesTest : public bpf::KernelTest {
  protected:
    static check::Verdict compared(const target::Target& target) {
        std::vector<std::string> notes;
        const ReplayOutcome generic = run_replay(target, model::Mode::generic, {}, notes);
        const ReplayOutcome native = run_replay(target, model::Mode::native, {}, notes);
        if (!generic.observation || !native.observation)
            return {model::Outcome::invalid, generic.verdict.message + native.verdict.message};
        return compare_modes(target, *generic.observation, *native.observation);
    }
};

TEST_F(ModesTest, ReferenceProgramsAgree) {
    const check::Verdict verdict = compared(target_of_object(bpf::reference_object("xdp_tx")));
    EXPECT_EQ(verdict.outcome, model::Outcome::passed) << verdict.message;
}

TEST_F(ModesTest, ADisagreementNamesTheFrameAndTheField) {
    const check::Verdict verdict =
        compared(target_of_object(bpf::fixture_object("fickle"), "fickle"));
    EXPECT_EQ(verdict.outcome, model::Outcome::failed);
    EXPECT_NE(verdict.message.find("the modes disagree"), std::string::npos) << verdict.message;
    EXPECT_NE(verdict.message.find("udp_64.pcap#"), std::string::npos) << verdict.message;
    EXPECT_NE(verdict.message.find("eth.dst"), std::string::npos) << verdict.message;
}

TEST_F(ModesTest, ADisagreementNamesTheFrameAndTheVerdicts) {
    const check::Verdict verdict =
        compared(target_of_object(bpf::fixture_object("fickle"), "moody"));
    EXPECT_EQ(verdict.outcome, model::Outcome::failed);
    EXPECT_NE(verdict.message.find("udp_64.pcap#"), std::string::npos) << verdict.message;
    EXPECT_NE(verdict.message.find("arrived nowhere"), std::string::npos) << verdict.message;
}

TEST_F(ModesTest, ChanceIsNoDisagreement) {
    const check::Verdict verdict =
        compared(target_of_object(bpf::fixture_object("untold"), "by_chance"));
    EXPECT_EQ(verdict.outcome, model::Outcome::skipped);
    EXPECT_NE(verdict.message.find("not reproducible: "), std::string::npos) << verdict.message;
}

}  // namespace
}  // namespace xdpbench::replay
