#include "report/markdown.h"

#include <gtest/gtest.h>

#include "report/sample_results_test.h"

namespace xdpbench::report {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(Markdown, OfARunTheVerdictTheTableAndWhatFailed) {
    const model::RunRecord run = sample_run();
    const std::string text = to_markdown(&run);
    EXPECT_TRUE(text.starts_with("### xdp-bench: failed: the program is wrong"));
    EXPECT_TRUE(contains(text, "| path | Mpps | ns/packet | precision | baseline |"));
    EXPECT_TRUE(contains(text, "**failed**: check.lb: fails\n\n```text\nip.ttl\n```\n"));
    EXPECT_TRUE(contains(text, "```text\nxdp-bench run --prog lb --only check\n```"));
    EXPECT_TRUE(contains(text, "```text\nxdp-bench --prog lb\n```"));
}

TEST(Markdown, AMeasurementThatDidNotHoldCanBeRepeated) {
    model::RunRecord run = sample_run();
    run.benches[0].outcome = model::Outcome::invalid;
    EXPECT_TRUE(contains(to_markdown(&run),
                         "To repeat it:\n\n```text\nxdp-bench run --prog lb --only bench -- "));
}

TEST(Markdown, OfAComparisonWhatBecameSlowerWithItsInterval) {
    const model::CompareRecord record = sample_comparison();
    const std::string text = to_markdown(&record);
    EXPECT_TRUE(text.starts_with("### xdp-bench: the contender is slower"));
    EXPECT_TRUE(contains(text,
                         "- **lb native/size:64 became slower**: +3.10 % (+2.00 to +4.00 %) of "
                         "the program's own time, 103.0 ns/packet instead of 100.0\n"));
    EXPECT_TRUE(
        contains(text, "| lb native/size:64 | slower | 100.0 | 103.0 | \\+3.0 | \\+3.10 % |"));
    EXPECT_TRUE(contains(text, "| interval | blocks |"));
}

TEST(Markdown, OfTooFewBlocksWhatTheConsoleSays) {
    model::CompareRecord record = sample_comparison();
    model::ComparedCase& one = record.cases[0];
    one.comparison = {};
    one.comparison.judgement = stats::Judgement::inconclusive;
    one.ratios.assign(6, 0.01);
    record.exit_code = model::kInvalid;
    const std::string text = to_markdown(&record);
    EXPECT_TRUE(contains(text, "**inconclusive**: compare.lb")) << text;
    EXPECT_TRUE(contains(text, "6 blocks, too few for a first look")) << text;
    EXPECT_FALSE(contains(text, "0.00 %")) << text;
    EXPECT_FALSE(contains(text, "invalid")) << text;
}

TEST(Markdown, OfTwoResultsWhatBecameSlowerThoughNothingAsksForIt) {
    ResultTable table;
    ResultRow& row = table.rows.emplace_back();
    row.bench = "lb/native/XDP_TX";
    row.unit = "ns";
    row.before = 100;
    row.after = 200;
    row.change = 1;
    row.interval = stats::Interval{0.9, 1.1, 0.95};
    row.verdict = Change::slower;
    const std::string text = to_markdown(&table);
    EXPECT_TRUE(text.starts_with("### xdp-bench: 1 figure is slower \\(not judged: ")) << text;
    EXPECT_TRUE(contains(text,
                         "- **lb/native/XDP\\_TX became slower**: +100.00 % (+90.00 to +110.00 %), "
                         "200.0 ns instead of 100.0 ns\n"))
        << text;
    row.baseline_change = 0.6;
    const std::string relative = to_markdown(&table);
    EXPECT_TRUE(contains(relative, "(+90.00 to +110.00 %) relative to the baseline, 200.0 ns"))
        << relative;
    EXPECT_TRUE(contains(relative, "| \\+60.00 %, taken out |")) << relative;
}

TEST(Markdown, HasTheConsolesTables) {
    model::RunRecord run = sample_run();
    run.benches.push_back(run.benches[0]);
    run.benches[1].setup.size = "512";
    run.benches[1].setup.variant = "/size:512";
    const std::string text = to_markdown(&run);
    for (const char* const part :
         {"offered rates, Mpps:\n\n| program | path | rate | offered |",
          "throughput by MLRsearch \\(RFC 9971\\), Mpps:\n\n| program | path | loss |",
          "latency of the program, us:\n\n| program | path | rate | p50 |",
          "| Mpps by frame size | 64 | 512 |", "| program cost by frame size | 64 | 512 |",
          "| CPUs | together, Mpps | speedup |", "| queues | CPUs | Mpps | speedup |"})
        EXPECT_TRUE(contains(text, part)) << part << "\n" << text;
    EXPECT_FALSE(contains(text, "Mpps by frame size:")) << "the table says it";
    EXPECT_FALSE(contains(text, "|  |\n")) << "a column that is empty";
}

TEST(Markdown, OfAQualificationTheCountsAndEachNote) {
    model::QualificationRecord record;
    record.planned = {"control.mtu", "data.loss", "data.bytes"};
    record.device = "eth1";
    record.not_run = {"speed.lan"};
    record.cases = {{"data", "actions", model::Finding::pass, "", 1, ""},
                    {"data", "mtu", model::Finding::skip, "not declared", 1, ""},
                    {"data", "tx", model::Finding::note, "works, not declared\nmore", 1, ""},
                    {"data", "rx", model::Finding::fail, "3 frames missing", 1, "repeat it"}};
    const std::string text = to_markdown(&record);
    EXPECT_TRUE(contains(text, "eth1: 1 PASS, 1 NOTE, 1 SKIP, 1 FAIL in control, data\n")) << text;
    EXPECT_TRUE(contains(text, "- NOTE data.tx: works, not declared\n")) << text;
    EXPECT_TRUE(contains(text, "- FAIL data.rx: 3 frames missing\n")) << text;
    EXPECT_TRUE(contains(text, "need a second port: speed.lan\n")) << text;
}

TEST(Markdown, NothingFromOutsideIsMarkup) {
    model::RunRecord run = sample_run();
    run.cases[1].name = "a | b <script> **c**\n# d";
    run.cases[1].message = "```\n# no title";
    run.environment = {{"kernel", "[6.1](x)"}};
    const std::string text = to_markdown(&run);
    EXPECT_TRUE(contains(text, "a \\| b \\<script\\> \\*\\*c\\*\\* \\# d"));
    EXPECT_TRUE(contains(text, "````text\n```\n# no title\n````\n"));
    EXPECT_TRUE(contains(text, "kernel \\[6.1\\]\\(x\\)"));
}

}  // namespace
}  // namespace xdpbench::report
