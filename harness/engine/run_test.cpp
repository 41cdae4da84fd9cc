#include "engine/run.h"

#include <gtest/gtest.h>

namespace xdpbench {
namespace {

RunRecord run_with(std::initializer_list<Outcome> outcomes) {
    RunRecord run;
    for (const Outcome outcome : outcomes) {
        CaseResult result;
        result.outcome = outcome;
        run.cases.push_back(result);
    }
    return run;
}

TEST(ExitCode, SaysHowAllOfItEnded) {
    EXPECT_EQ(exit_code_of(run_with({Outcome::passed, Outcome::passed})), 0);
    EXPECT_EQ(exit_code_of(run_with({Outcome::passed, Outcome::skipped})), 0);
    EXPECT_EQ(exit_code_of(run_with({Outcome::passed, Outcome::failed, Outcome::invalid})), 1);
    EXPECT_EQ(exit_code_of(run_with({Outcome::passed, Outcome::invalid})), 3);
    EXPECT_EQ(exit_code_of(run_with({Outcome::skipped, Outcome::skipped})), 4);
    EXPECT_EQ(exit_code_of(run_with({})), 0);
}

TEST(ExitCode, BenchesCountAndAnInterruptionWins) {
    RunRecord run = run_with({Outcome::passed});
    BenchRecord bench;
    bench.outcome = Outcome::invalid;
    run.benches.push_back(bench);
    EXPECT_EQ(exit_code_of(run), 3);
    run.interrupted = true;
    EXPECT_EQ(exit_code_of(run), 130);
}

TEST(Plan, RefusesWhatNobodyKnows) {
    RunOptions options;
    EXPECT_EQ(plan_run(options).error().kind, ErrorKind::input);
    options.programs = {"xdp_pass"};
    options.passed_on = {"--verbose"};
    EXPECT_NE(plan_run(options).error().what.find("--verbose"), std::string::npos);
}

}  // namespace
}  // namespace xdpbench
