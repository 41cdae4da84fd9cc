// JUnit, KTAP and OpenMetrics of a run and a comparison; that other tools read them is
// ci/e2e/test_outputs.py's.
#include <gtest/gtest.h>

#include "report/entry.h"
#include "report/formats.h"
#include "report/junit.h"
#include "report/ktap.h"
#include "report/openmetrics.h"

namespace xdpbench::report {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

model::CaseResult case_of(model::CaseKind kind, const std::string& name, model::Outcome outcome,
                          const std::string& message) {
    model::CaseResult result;
    result.kind = kind;
    result.program = "lb";
    result.name = name;
    result.outcome = outcome;
    result.message = message;
    result.seconds = 0.25;
    return result;
}

model::RunRecord sample_run() {
    model::RunRecord run;
    run.started = "2026-01-02T03:04:05Z";
    run.environment = {{"kernel release", "6.1 \"x\""}};
    run.cases = {
        case_of(model::CaseKind::check, "drops <b> & \"c\" #1", model::Outcome::passed, ""),
        case_of(model::CaseKind::check, "fails", model::Outcome::failed, "byte 3:\n\x01\xff"),
        case_of(model::CaseKind::replay, "offload", model::Outcome::skipped, "no device\nmore")};
    run.cases[1].location = "scenarios/lb.yaml:12:5";
    run.cases[1].repeat = "xdp-bench run --prog lb";
    run.cases[2].mode = model::Mode::offload;
    model::BenchRecord bench;
    bench.setup.program = "lb";
    bench.setup.mode = model::Mode::native;
    bench.outcome = model::Outcome::invalid;
    bench.message = "3 frames unaccounted for";
    bench.losses = {{"dut_rx_drops", 7}};
    bench.rounds = {{100, 100, 0, 2e-6, 100, 1e-6, {20.0}, {10.0}, {0.5}}};
    run.benches.push_back(bench);
    model::ProgramRecord program;
    program.name = "lb";
    program.jited_bytes = 99;
    run.programs.push_back(program);
    return run;
}

const model::RunRecord kEmptyRun;

TEST(Entries, SuitesStandTogether) {
    model::RunRecord run = sample_run();
    std::swap(run.cases[1], run.cases[2]);  // check, replay, check
    const std::vector<Entry> entries = list_entries(&run).all;
    ASSERT_EQ(entries.size(), 4);
    EXPECT_EQ(entries[0].suite, "check.lb");
    EXPECT_EQ(entries[1].suite, "check.lb");
    EXPECT_EQ(entries[2].suite, "replay.lb");
    EXPECT_EQ(entries[2].name, "offload");
    EXPECT_EQ(entries[3].suite, "bench.lb");
    EXPECT_EQ(count_entries(entries, model::Outcome::passed), 1);
}

TEST(JUnit, OutcomesPlacesAndEscapes) {
    const model::RunRecord run = sample_run();
    const std::string xml = to_junit(&run);
    EXPECT_TRUE(contains(xml, R"(<testsuites name="xdp-bench" tests="4" failures="1" errors="1")"));
    EXPECT_TRUE(contains(xml, R"(name="drops &lt;b&gt; &amp; &quot;c&quot; #1")"));
    EXPECT_TRUE(contains(xml, R"(file="scenarios/lb.yaml" line="12")"));
    EXPECT_TRUE(contains(xml,
                         "<failure type=\"failed\" message=\"byte 3:\">byte 3:&#10;"
                         "\\x01\\xff</failure>"));
    EXPECT_TRUE(contains(xml, "<system-out>repeat: xdp-bench run --prog lb</system-out>"));
    EXPECT_TRUE(contains(xml, R"(<skipped message="no device">)"));
    EXPECT_TRUE(contains(xml, R"(<error type="invalid" message="3 frames unaccounted for">)"));
    EXPECT_TRUE(contains(xml, R"(<property name="kernel release" value="6.1 &quot;x&quot;"/>)"));
    EXPECT_TRUE(contains(to_junit(&kEmptyRun), R"(tests="0")"));
}

TEST(JUnit, EachOutcomeIsCountedByItself) {
    model::RunRecord run;
    std::size_t number = 1;
    for (const model::Outcome outcome : {model::Outcome::failed, model::Outcome::passed,
                                         model::Outcome::skipped, model::Outcome::error}) {
        for (std::size_t i = 0; i < number; ++i)
            run.cases.push_back(case_of(model::CaseKind::check, "one", outcome, "why"));
        ++number;
    }
    EXPECT_TRUE(contains(to_junit(&run), R"(tests="10" failures="1" errors="4" skipped="3")"));
}

TEST(JUnit, WhateverWentWrongCanBeRepeated) {
    for (const model::Outcome outcome :
         {model::Outcome::failed, model::Outcome::invalid, model::Outcome::error}) {
        model::RunRecord run;
        run.cases.push_back(case_of(model::CaseKind::check, "one", outcome, "why"));
        run.cases[0].repeat = "again";
        EXPECT_TRUE(contains(to_junit(&run), "<system-out>repeat: again</system-out>"));
    }
}

TEST(Ktap, OneLineACaseAndDiagnosticsBefore) {
    const model::RunRecord run = sample_run();
    EXPECT_EQ(to_ktap(&run),
              "KTAP version 1\n"
              "1..4\n"
              "ok 1 check.lb.drops <b> & \"c\" _1\n"
              "# failed: byte 3:\n"
              "# \\x01\\xff\n"
              "# repeat: xdp-bench run --prog lb\n"
              "not ok 2 check.lb.fails\n"
              "ok 3 replay.lb.offload # SKIP no device\n"
              "# invalid: 3 frames unaccounted for\n"
              "not ok 4 bench.lb.native\n"
              "# Totals: pass:1 fail:1 xfail:0 xpass:0 skip:1 error:1\n");
    EXPECT_EQ(to_ktap(&kEmptyRun),
              "KTAP version 1\n1..0\n"
              "# Totals: pass:0 fail:0 xfail:0 xpass:0 skip:0 error:0\n");
}

TEST(OpenMetrics, FamiliesInOnePieceInBaseUnits) {
    const model::RunRecord run = sample_run();
    const std::string text = to_openmetrics(&run);
    EXPECT_TRUE(contains(text, "xdp_bench_environment_info{kernel_release=\"6.1 \\\"x\\\"\"} 1\n"));
    EXPECT_TRUE(contains(text, "# UNIT xdp_bench_packet_seconds seconds\n"));
    EXPECT_TRUE(contains(text, "part=\"path\",statistic=\"median\"} 2e-08\n"));
    EXPECT_TRUE(contains(text, "counter=\"dut_rx_drops\"} 7\n"));
    EXPECT_TRUE(contains(text, "xdp_bench_cases{suite=\"check.lb\",outcome=\"failed\"} 1\n"));
    EXPECT_FALSE(contains(text, "verified_instructions"));  // the kernel did not say
    EXPECT_TRUE(text.ends_with("# EOF\n"));
}

TEST(Reports, AnErrorIsNoFailure) {
    model::RunRecord run;
    run.cases = {case_of(model::CaseKind::replay, "a.pcap", model::Outcome::error, "no memory")};
    EXPECT_TRUE(contains(to_junit(&run), R"(failures="0" errors="1")"));
    EXPECT_TRUE(contains(to_junit(&run), R"(<error type="error" message="no memory">)"));
    EXPECT_TRUE(contains(to_ktap(&run), "# error: no memory\nnot ok 1"));
    EXPECT_TRUE(contains(to_openmetrics(&run), "outcome=\"error\"} 1\n"));
}

// A comparison has the same formats as a run; a slower contender is a failure.
TEST(Reports, OfAComparison) {
    model::CompareRecord record;
    record.environment = {{"kernel", "6.1"}};
    model::ComparedCase slower;
    slower.setup.program = "lb";
    slower.setup.action = model::Action::tx;
    slower.comparison.judgement = stats::Judgement::slower;
    slower.comparison.effect = 0.05;
    slower.comparison.blocks = 24;
    slower.base_ns = 20;
    model::ComparedCase unmeasured = slower;
    unmeasured.setup.mode = model::Mode::native;
    unmeasured.outcome = model::Outcome::skipped;
    unmeasured.message = "no veth";
    record.cases = {slower, unmeasured};
    for (const OutputFormat& format : output_formats())
        EXPECT_TRUE(contains(format.write(&record), "compare.lb")) << format.option;
    EXPECT_TRUE(
        contains(to_junit(&record), "failed\" message=\"slower: +5.00 % after 24 blocks; "));
    EXPECT_TRUE(contains(to_ktap(&record), "not ok 1 compare.lb.test_run\n"));
    EXPECT_TRUE(contains(to_ktap(&record), "ok 2 compare.lb.native # SKIP no veth\n"));
    EXPECT_TRUE(contains(to_openmetrics(&record), "role=\"base\"} 2e-08\n"));
    EXPECT_TRUE(contains(to_openmetrics(&record), "judgement=\"slower\"} 0.05\n"));
}

}  // namespace
}  // namespace xdpbench::report
