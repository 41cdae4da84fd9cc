// The HTML report: what it says, and that nothing from outside becomes markup. How it looks is
// ci/e2e/test_html.py's.
#include "report/html.h"

#include <gtest/gtest.h>

#include "report/chart.h"
#include "report/chart_series.h"
#include "report/html_parts.h"
#include "report/sample_results_test.h"

namespace xdpbench::report {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(HtmlText, WhatIsMarkupOrNoTextIsEscaped) {
    EXPECT_EQ(html_text("<b a=\"1\" c='2'>&\x01\xff"),
              "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;\\x01\\xff");
    EXPECT_EQ(html_text("line\nline ±"), "line\nline ±");
}

TEST(FigureText, ThreeSignificantDigits) {
    EXPECT_EQ(figure_text(0), "0");
    EXPECT_EQ(figure_text(1234.4), "1,234");
    EXPECT_EQ(figure_text(-1234.6), "-1,235");
    EXPECT_EQ(figure_text(99.96), "100");
    EXPECT_EQ(figure_text(12.34), "12.3");
    EXPECT_EQ(figure_text(0.5), "0.5");
    EXPECT_EQ(figure_text(0.01234), "0.0123");
    EXPECT_EQ(figure_text(1e300), "1e+300");
}

TEST(Axis, FromZeroToARoundNumber) {
    const Axis axis = Axis::from_zero("Mpps", 7.2);
    EXPECT_EQ(axis.low, 0);
    EXPECT_EQ(axis.high, 8);
    EXPECT_EQ(axis.ticks.front().text, "0");
    EXPECT_EQ(axis.ticks.back().text, "8");
    EXPECT_DOUBLE_EQ(axis.place(4), 0.5);
    EXPECT_EQ(axis.place(-1), 0);
    EXPECT_EQ(axis.place(9), 1);
    EXPECT_EQ(Axis::from_zero("nothing", 0).high, 1);
    EXPECT_EQ(Axis::from_zero("nothing", 1.0 / 0.0).high, 1);
}

TEST(Axis, Powers) {
    const Axis axis = Axis::powers("ns", 100, 1e6);
    EXPECT_EQ(axis.ticks.size(), 5);
    EXPECT_DOUBLE_EQ(axis.place(1e4), 0.5);
    EXPECT_EQ(axis.place(0), 0);
}

TEST(Axis, AroundOneValue) {
    const Axis axis = Axis::around("ns", 50, 50);
    EXPECT_LT(axis.low, 50);
    EXPECT_GT(axis.high, 50);
}

TEST(Axis, TicksThatDifferHaveTextsThatDo) {
    const auto texts = [](const Axis& axis) {
        std::vector<std::string> all;
        for (const Tick& tick : axis.ticks) all.push_back(tick.text);
        return all;
    };
    EXPECT_EQ(texts(Axis::around("cycles", 150.9, 152.8)),
              (std::vector<std::string>{"150.5", "151", "151.5", "152", "152.5", "153"}));
    EXPECT_EQ(texts(Axis::around("frames", 1.00010e7, 1.00018e7)).at(1), "10.0012 M");
}

TEST(Axis, NamesOfTheFirstAndTheLastStay) {
    std::vector<std::string> names;
    for (int i = 0; i < 30; ++i) names.push_back("2026-11-" + std::to_string(10 + i));
    const Axis axis = Axis::names("result", names);
    EXPECT_EQ(axis.ticks.front().text, names.front());
    EXPECT_EQ(axis.ticks.back().text, names.back());
    EXPECT_LT(axis.ticks.size(), 6U);
    EXPECT_EQ(Axis::names("result", {"one"}).ticks.size(), 1U);
    EXPECT_EQ(Axis::names("result", {std::string(60, 'a'), std::string(60, 'b')}).ticks.size(), 2U);
}

// What the attribute of the first element with this text says.
double x_of(const std::string& svg, const std::string& text) {
    const std::size_t element = svg.rfind("<text x=\"", svg.find(">" + text + "<"));
    return std::stod(svg.substr(element + 9));
}

TEST(EffectChart, LeavesRoomForTheLongestValue) {
    const std::vector<EffectRow> rows{{"a", 1, std::nullopt, "+1.00 %", "grey"},
                                      {"b", 2, std::nullopt, "+123456.78 %", "grey"}};
    const std::string svg = effect_chart("effect", "%", rows, 1);
    EXPECT_LE(x_of(svg, "+123456.78 %") + 12 * 10, 520) << svg;
}

TEST(EffectChart, ALongNameIsCompressed) {
    const std::string name(90, 'n');
    const std::string svg =
        effect_chart("effect", "%", {{name, 1, std::nullopt, "+1 %", "grey"}}, 1);
    EXPECT_TRUE(contains(svg, "textLength=\"504\" lengthAdjust=\"spacingAndGlyphs\">" + name));
}

// The lines behind the marks leave the names out: the first name's base line is at 18.
TEST(BarChart, NoLineCrossesAName) {
    const std::string svg = bar_chart("rate", "Mpps", {{"a", {{1, "s0"}}, "1 Mpps"}});
    std::size_t lines = 0;
    for (std::size_t at = svg.find("class=\"grid\" d=\"M"); at != std::string::npos;
         at = svg.find("class=\"grid\" d=\"M", at + 1)) {
        EXPECT_GE(std::stod(svg.substr(svg.find(' ', at + 16) + 1)), 20) << svg;
        ++lines;
    }
    EXPECT_GT(lines, 3U);
}

TEST(SeriesFigure, PointsLevelsAndChanges) {
    ChartSeries series{"lb <native>", "cycles/packet", {}, {}, ""};
    EXPECT_EQ(series_figure(series), "");
    for (int i = 0; i < 10; ++i)
        series.points.push_back({"c" + std::to_string(i), i < 6 ? 100.0 : 103.0});
    series.changes = {{6, 100, 103, "c6: +3.0 %, p 0.001"}};
    const std::string html = series_figure(series);
    EXPECT_TRUE(contains(html, "<path class=\"mark s0\"")) << "large marks of few results";
    EXPECT_TRUE(contains(html, "lb &lt;native&gt;"));
    EXPECT_TRUE(contains(html, "1: c6: +3.0 %, p 0.001"));
    EXPECT_TRUE(contains(html, "<td>c6</td><td class=\"n\">103</td>"));
}

TEST(Html, ARunSaysHowItEndedAndHowToRepeatIt) {
    const model::RunRecord run = sample_run();
    const std::string html = to_html(&run);
    EXPECT_TRUE(html.starts_with("<!DOCTYPE html>"));
    EXPECT_TRUE(contains(html, "failed: the program is wrong"));
    EXPECT_TRUE(contains(html, "xdp-bench run --prog lb --only check"));
    EXPECT_TRUE(contains(html, "xdp-bench run --prog lb --only bench -- "));
    EXPECT_TRUE(contains(html, "Operation not supported"));
    EXPECT_TRUE(contains(html, "<dt>kernel</dt><dd>6.1</dd>"));
}

TEST(Html, LegendsAndNotesNameWhatIsDrawn) {
    model::RunRecord run = sample_run();
    run.benches[0].precision->disturbed = true;
    const std::string html = to_html(&run);
    EXPECT_TRUE(contains(html, "s1\"></i>bounds, 0 % loss"));
    run.benches.push_back(run.benches[0]);
    run.benches[1].setup.size = "512";
    EXPECT_TRUE(contains(to_html(&run), "dash\"></i>line rate of 1, 10, 25, 40 Gbit/s"));
    EXPECT_FALSE(contains(html, "a trial below its rate"));
    run.loads[0].trials[0].sent_seconds = 2;
    EXPECT_TRUE(contains(to_html(&run), "ring\"></i>a trial below its rate"));
    EXPECT_TRUE(contains(html, "Too few are left: the figures are of all."));
}

TEST(Html, TheAxisOfALatencyEndsWithATick) {
    model::RunRecord run = sample_run();
    for (model::LatencySeries& series : run.loads[2].latencies)
        series.histogram.add(latency_bucket(1500), 98'000);
    EXPECT_TRUE(contains(to_html(&run), ">99.999</text>")) << "1 of 99,000 frames has 5 nines";
}

TEST(Html, AQualificationBeginsWithItsVerdictAndSaysThingsOnce) {
    model::QualificationRecord record;
    record.device = "eth1";
    record.environment = {{"kernel", "6.12.5"}, {"driver", "igb"}, {"host", "tester"}};
    record.cases = {{"data", "actions", model::Finding::fail, "no", 1, ""}};
    record.cases[0].rates.emplace_back().frames = "imix";
    record.exit_code = model::kFailed;
    const std::string html = to_html(&record);
    EXPECT_TRUE(contains(html, "frame size, bytes</th>"));
    EXPECT_LT(html.find("class=\"verdict failed\">eth1: not qualified"), html.find("<h2>Card"));
    for (const char* const value : {"<dd>6.12.5</dd>", "<dd>igb</dd>", "<dd>tester</dd>"}) {
        EXPECT_TRUE(contains(html, value)) << value;
        EXPECT_EQ(html.find(value), html.rfind(value)) << value;
    }
}

TEST(Html, TheColourOfAComparisonOfResultsIsThatOfItsRows) {
    ResultTable table;
    table.rows.emplace_back().verdict = Change::slower;
    table.rows.back().change = 1;
    EXPECT_TRUE(contains(to_html(&table), "class=\"verdict invalid\">1 figure is slower"));
}

TEST(Html, OneArticleForEachResult) {
    const std::string html = to_html(std::vector<NamedResult>{
        {"a.json", sample_run()}, {"b.json", sample_comparison()}, {"c.json", sample_device()}});
    EXPECT_TRUE(contains(html, "<a href=\"#r3\">c.json</a>"));
    EXPECT_TRUE(contains(html, "<article id=\"r3\">"));
    EXPECT_TRUE(contains(html, "a.o"));
    EXPECT_TRUE(contains(html, "basic, redirect"));
}

TEST(Html, NothingFromOutsideIsMarkup) {
    const std::string evil = "<script>alert('\"&')</script>";
    model::RunRecord run = sample_run();
    run.command_line = run.started = evil;
    run.environment = {{evil, evil}, {"kernel", evil}};
    run.programs[0].name = run.programs[0].object = run.programs[0].tag = evil;
    for (model::CaseResult& one : run.cases)
        one.program = one.name = one.location = one.message = one.repeat = evil;
    run.offloads[0].device = run.offloads[0].evidence = run.offloads[0].steps[0].detail = evil;
    for (model::BenchSetup* setup :
         {&run.benches[0].setup, &run.loads[0].setup, &run.loads[1].setup, &run.loads[2].setup,
          &run.scalings[0].setup}) {
        setup->program = setup->size = setup->variant = setup->traffic = setup->repeat = evil;
    }
    run.benches[0].losses = {{evil, 3}};
    run.benches[0].evidence = evil;
    run.loads[1].goals[0].evidence = evil;
    EXPECT_FALSE(contains(to_html(&run), "<script"));
    EXPECT_TRUE(contains(to_html(&run), "&lt;script&gt;"));
    model::CompareRecord record = sample_comparison();
    record.base.object = record.contender.function = record.cases[0].setup.program = evil;
    record.cases[0].setup.variant = record.cases[0].message = evil;
    EXPECT_FALSE(contains(to_html(&record), "<script"));
    model::DeviceRecord device = sample_device();
    device.name = device.driver = device.declared_names = device.modes[0].answer = evil;
    EXPECT_FALSE(contains(to_html(std::vector<NamedResult>{{evil, device}}), "<script"));
}

}  // namespace
}  // namespace xdpbench::report
