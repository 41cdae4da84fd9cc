#include "run/run.h"

#include <gtest/gtest.h>

namespace xdpbench::run {
namespace {

model::RunRecord run_with(std::initializer_list<model::Outcome> outcomes) {
    model::RunRecord run;
    for (const model::Outcome outcome : outcomes) {
        model::CaseResult result;
        result.outcome = outcome;
        run.cases.push_back(result);
    }
    return run;
}

TEST(ExitCode, SaysHowAllOfItEnded) {
    EXPECT_EQ(exit_code_of(run_with({model::Outcome::passed, model::Outcome::passed})), 0);
    EXPECT_EQ(exit_code_of(run_with({model::Outcome::passed, model::Outcome::skipped})), 0);
    EXPECT_EQ(exit_code_of(run_with(
                  {model::Outcome::passed, model::Outcome::failed, model::Outcome::invalid})),
              1);
    EXPECT_EQ(exit_code_of(run_with({model::Outcome::passed, model::Outcome::invalid})), 3);
    EXPECT_EQ(exit_code_of(run_with({model::Outcome::skipped, model::Outcome::skipped})), 4);
    EXPECT_EQ(exit_code_of(run_with({})), 0);
}

TEST(ExitCode, BenchesCountAndAnInterruptionWins) {
    model::RunRecord run = run_with({model::Outcome::passed});
    model::BenchRecord bench;
    bench.outcome = model::Outcome::invalid;
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
}  // namespace xdpbench::run
