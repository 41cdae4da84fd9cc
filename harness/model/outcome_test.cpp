#include "model/outcome.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "model/comparison.h"
#include "model/run.h"

namespace xdpbench::model {
namespace {

TEST(Outcome, SaysWhoseFaultAnErrorIs) {
    EXPECT_EQ(outcome_of(input_error("the verifier rejects it")), Outcome::failed);
    EXPECT_EQ(outcome_of(system_error("cannot open a socket", EMFILE)), Outcome::error);
    EXPECT_EQ(outcome_of(unavailable_error("no XDP offload")), Outcome::skipped);
    EXPECT_EQ(outcome_of(Error{ErrorKind::invalid, "3 frames unaccounted for", {}, {}}),
              Outcome::invalid);
    EXPECT_EQ(outcome_of(Error{ErrorKind::interrupted, "interrupted", {}, {}}), Outcome::skipped);
}

TEST(Outcome, HasANameEach) {
    for (const Outcome outcome : kOutcomes) EXPECT_STRNE(outcome_name(outcome), "");
}

RunRecord run_with(std::initializer_list<Outcome> outcomes) {
    RunRecord run;
    for (const Outcome outcome : outcomes) {
        CaseResult result;
        result.outcome = outcome;
        run.cases.push_back(result);
    }
    return run;
}

TEST(ExitCode, IsTheFirstThatApplies) {
    using enum Outcome;
    EXPECT_EQ(exit_code_of(run_with({passed, passed})), 0);
    EXPECT_EQ(exit_code_of(run_with({passed, skipped})), 0);
    EXPECT_EQ(exit_code_of(run_with({passed, failed, error, invalid})), 1);
    EXPECT_EQ(exit_code_of(run_with({passed, invalid, error})), 2);
    EXPECT_EQ(exit_code_of(run_with({passed, invalid})), 3);
    EXPECT_EQ(exit_code_of(run_with({skipped, skipped})), 4);
    EXPECT_EQ(exit_code_of(run_with({})), 0);
}

TEST(ExitCode, BenchesCountAndAnInterruptionWins) {
    RunRecord run = run_with({Outcome::skipped});
    run.verdicts.emplace_back();
    EXPECT_EQ(exit_code_of(run), 0);
    BenchRecord bench;
    bench.outcome = Outcome::invalid;
    run.benches.push_back(bench);
    EXPECT_EQ(exit_code_of(run), 3);
    run.interrupted = true;
    EXPECT_EQ(exit_code_of(run), 130);
}

CompareRecord compare_with(std::initializer_list<std::pair<Outcome, stats::Judgement>> cases) {
    CompareRecord record;
    for (const auto& [outcome, judgement] : cases) {
        ComparedCase one;
        one.outcome = outcome;
        one.comparison.judgement = judgement;
        record.cases.push_back(one);
    }
    return record;
}

TEST(CompareExitCode, SlowerGoesBeforeUnclear) {
    using enum stats::Judgement;
    EXPECT_EQ(exit_code_of(compare_with({{Outcome::passed, same}, {Outcome::passed, faster}})), 0);
    EXPECT_EQ(
        exit_code_of(compare_with({{Outcome::passed, inconclusive}, {Outcome::passed, slower}})),
        1);
    EXPECT_EQ(
        exit_code_of(compare_with({{Outcome::passed, same}, {Outcome::passed, inconclusive}})), 3);
    EXPECT_EQ(exit_code_of(compare_with({{Outcome::passed, invalid}})), 3);
    EXPECT_EQ(exit_code_of(compare_with({{Outcome::invalid, slower}})), 3);
    EXPECT_EQ(exit_code_of(compare_with({{Outcome::error, slower}})), 2);
    EXPECT_EQ(exit_code_of(compare_with({{Outcome::skipped, undecided}})), 4);
    EXPECT_EQ(exit_code_of(compare_with({{Outcome::skipped, undecided}, {Outcome::passed, same}})),
              0);
    CompareRecord interrupted = compare_with({{Outcome::passed, slower}});
    interrupted.interrupted = true;
    EXPECT_EQ(exit_code_of(interrupted), 130);
}

}  // namespace
}  // namespace xdpbench::model
