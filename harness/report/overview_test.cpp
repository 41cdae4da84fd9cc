#include "report/overview.h"

#include <gtest/gtest.h>

namespace xdpbench::report {
namespace {

model::CaseResult result(model::CaseKind kind, std::optional<model::Mode> mode,
                         model::Outcome outcome, const std::string& name = "a") {
    model::CaseResult one;
    one.kind = kind;
    one.program = "icmp_lb";
    one.mode = mode;
    one.name = name;
    one.outcome = outcome;
    return one;
}

model::RunRecord run_of(std::vector<model::CaseResult> cases) {
    model::RunRecord run;
    model::ProgramRecord program;
    program.name = "icmp_lb";
    run.programs = {program};
    run.cases = std::move(cases);
    return run;
}

TEST(Overview, OneProgramInOneModeNeedsNone) {
    EXPECT_EQ(overview(run_of(
                  {result(model::CaseKind::check, std::nullopt, model::Outcome::passed),
                   result(model::CaseKind::replay, model::Mode::native, model::Outcome::passed)})),
              "");
}

TEST(Overview, ARowForEachMode) {
    model::RunRecord run =
        run_of({result(model::CaseKind::check, std::nullopt, model::Outcome::passed),
                result(model::CaseKind::check, std::nullopt, model::Outcome::failed),
                result(model::CaseKind::replay, model::Mode::generic, model::Outcome::passed),
                result(model::CaseKind::replay, model::Mode::native, model::Outcome::failed),
                result(model::CaseKind::replay, model::Mode::offload, model::Outcome::skipped),
                result(model::CaseKind::lan, model::Mode::native, model::Outcome::failed),
                result(model::CaseKind::modes, std::nullopt, model::Outcome::failed,
                       "generic and native: a.pcap")});
    model::BenchRecord bench;
    bench.setup.program = "icmp_lb";
    bench.setup.mode = model::Mode::native;
    model::BenchRound round;
    round.processed = 2'000'000;
    round.seconds = 1;
    bench.rounds = {round};
    run.benches = {bench};
    const std::string table = overview(run);
    EXPECT_NE(
        table.find("icmp_lb   generic   1 passed, 1 failed   passed    -        DISAGREE   -"),
        std::string::npos)
        << table;
    EXPECT_NE(
        table.find(
            "          native    1 passed, 1 failed   failed    failed   DISAGREE   2.000 Mpps"),
        std::string::npos)
        << table;
    EXPECT_NE(
        table.find("          offload   1 passed, 1 failed   skipped   -        -          -"),
        std::string::npos)
        << table;
}

TEST(Overview, LoadsHaveColumnsWhereThereAreAny) {
    model::RunRecord run =
        run_of({result(model::CaseKind::check, std::nullopt, model::Outcome::passed)});
    const auto load = [](model::LoadKind kind, model::Mode mode) {
        model::LoadRecord record;
        record.setup.program = "icmp_lb";
        record.setup.mode = mode;
        record.kind = kind;
        record.rate = 500'000;
        return record;
    };
    model::LoadRecord offered = load(model::LoadKind::rate, model::Mode::native);
    model::Trial trial;
    trial.rate = 500'000;
    trial.seconds = trial.sent_seconds = 1;
    trial.sent = 500'000;
    trial.losses["dut_rx_drops"] = 5'000;
    offered.trials = {trial};
    model::LoadRecord search = load(model::LoadKind::search, model::Mode::native);
    model::SearchedGoal goal;
    goal.result.bounds.lower = 1'250'000;
    goal.bound = model::Bound::program;
    search.goals = {goal};
    model::LoadRecord skipped = load(model::LoadKind::latency, model::Mode::generic);
    skipped.outcome = model::Outcome::skipped;
    run.loads = {offered, search, skipped};
    const std::string table = overview(run);
    EXPECT_NE(table.find("bench   search"), std::string::npos) << table;
    EXPECT_NE(table.find("1.25 Mpps at 0 % loss, bound by program   1.00 % lost at 500 kpps   -\n"),
              std::string::npos)
        << table;
    EXPECT_NE(table.find("skipped\n"), std::string::npos) << table;
}

}  // namespace
}  // namespace xdpbench::report
