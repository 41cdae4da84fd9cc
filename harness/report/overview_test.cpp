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
    const std::string table = overview(run);
    EXPECT_EQ(table,
              "  program  mode     checks              replay   lan     modes\n"
              "  icmp_lb  generic  1 passed, 1 failed  passed   -       DISAGREE\n"
              "           native   1 passed, 1 failed  failed   failed  DISAGREE\n"
              "           offload  1 passed, 1 failed  skipped  -       -\n");
}

}  // namespace
}  // namespace xdpbench::report
