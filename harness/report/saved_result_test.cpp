#include "report/saved_result.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

namespace xdpbench::report {
namespace {

TEST(ParseResult, WhatIsNeededOfADocument) {
    const Result<SavedResult> result = parse_result(R"({"schema_version": 1, "started": "now",
        "environment": {"kernel": "6.1"}, "benches": [{"program": "lb", "mode": "native",
        "action": "XDP_TX", "cpu": 1, "placement": "shared", "outcome": "passed",
        "rounds": [{"ns_per_packet": 10.5}, {"ns_per_packet": 0}, {}]}]})",
                                                    "a.json");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->environment.at("kernel"), "6.1");
    ASSERT_EQ(result->figures.size(), 1);
    EXPECT_EQ(result->figures[0].name(), "lb/native/XDP_TX");
    EXPECT_EQ(result->figures[0].setup.at("placement"), "shared");
    EXPECT_FALSE(result->figures[0].setup.contains("cpu"))
        << "the quietest CPU is another each time";
    EXPECT_EQ(result->figures[0].samples, std::vector<double>{10.5});
}

// The figures of a bench with these rounds.
SavedFigure bench_with(const std::string& rounds) {
    const Result<SavedResult> result = parse_result(
        R"({"schema_version": 1, "environment": {}, "benches": [{"rounds": [)" + rounds + "]}]}",
        "a.json");
    EXPECT_TRUE(result && result->figures.size() == 1);
    return result->figures.at(0);
}

TEST(ParseResult, TheBaselineOfTheRun) {
    const auto bench_of = [](const std::string& baseline) {
        const Result<SavedResult> result = parse_result(
            R"({"schema_version": 2, "environment": {}, "benches": [{"rounds": [], "precision": {
                "ns_per_packet": {"figure": 100, "low": 99, "high": 102},)" +
                baseline + R"("program_ns": {"figure": 20, "low": 19, "high": 21}}}]})",
            "a.json");
        EXPECT_TRUE(result);
        return result->figures.at(0);
    };
    const SavedFigure known = bench_of(R"("baseline_ns": {"figure": 80, "low": 76, "high": 83},)");
    EXPECT_EQ(known.runs, std::vector<double>{100});
    EXPECT_EQ(known.within, 0.02);
    EXPECT_EQ(known.baseline_shares, std::vector<double>{0.8});
    EXPECT_EQ(known.baseline_within, 0.05);
    EXPECT_NEAR(known.ratio_within, std::hypot(1, 20.0 / 80 * 4) / 100, 1e-12);
    EXPECT_TRUE(bench_of("").baseline_shares.empty());
    EXPECT_EQ(bench_of("").runs, std::vector<double>{100});
}

TEST(ParseResult, CyclesIfAllRoundsHaveThem) {
    const std::string first = R"({"ns_per_packet": 12, "timed_ns_per_packet": 10,
                                  "cycles_per_packet": 30, "gigahertz": 3},)";
    const SavedFigure all =
        bench_with(first + R"({"ns_per_packet": 0, "cycles_per_packet": 0, "gigahertz": 0},
                   {"ns_per_packet": 11, "cycles_per_packet": 31, "gigahertz": 2.8})");
    EXPECT_EQ(all.cycles, (std::vector<double>{30, 31}));
    EXPECT_EQ(all.gigahertz, (std::vector<double>{3, 2.8}));
    const SavedFigure some = bench_with(first + R"({"ns_per_packet": 11})");
    EXPECT_EQ(some.samples, (std::vector<double>{10, 11}));
    EXPECT_TRUE(some.cycles.empty());
    EXPECT_TRUE(some.gigahertz.empty());
}

TEST(ParseResult, RoundsOfASharedCoreAreLeftOutIfThereAreOthers) {
    const std::string own = R"({"ns_per_packet": 10, "excluded": false})";
    const std::string shared = R"({"ns_per_packet": 17, "excluded": true})";
    const SavedFigure some = bench_with(fmt::format("{0}, {1}, {0}, {1}", own, shared));
    EXPECT_EQ(some.samples, (std::vector<double>{10, 10}));
    EXPECT_EQ(some.shared_rounds, 2);
    EXPECT_FALSE(some.shared_throughout);
    const SavedFigure none = bench_with(fmt::format("{0}, {0}", shared));
    EXPECT_EQ(none.samples, (std::vector<double>{17, 17}));
    EXPECT_EQ(none.shared_rounds, 0);
    EXPECT_TRUE(none.shared_throughout);
    // As schema 1 has it.
    const std::string old = R"({"ns_per_packet": 17, "core_shared": true})";
    EXPECT_EQ(bench_with(fmt::format("{}, {}", own, old)).samples, std::vector<double>{10});
}

TEST(ParseResult, WhatOtherCpusOfferedIsMeasuredDifferently) {
    const auto rate_of = [](const std::string& cpus) {
        const Result<SavedResult> result = parse_result(
            R"({"schema_version": 1, "environment": {}, "benches": [], "rates": [{"generator_cpus": )" +
                cpus + "}]}",
            "a.json");
        EXPECT_TRUE(result && result->figures.size() == 1);
        return result->figures.at(0);
    };
    EXPECT_TRUE(setup_differences(rate_of("[0, 1]"), rate_of("[0,1]")).empty());
    EXPECT_EQ(setup_differences(rate_of("[0,1]"), rate_of("[1]")),
              std::vector<std::string>{"generator_cpus: 2 / 1"});
}

TEST(ParseResult, WhatIsNoResultIsRefused) {
    for (const char* const text :
         {"", "{", "[]", "{}", R"({"benches": {}})", R"({"benches": [], "environment": {}})",
          R"({"benches": [], "environment": {}, "schema_version": 99})",
          R"({"benches": [], "environment": {}, "schema_version": "2"})",
          R"({"benches": [], "schema_version": 1})"}) {
        const Result<SavedResult> result = parse_result(text, "a.json");
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().kind, ErrorKind::input);
        EXPECT_NE(result.error().what.find("a.json"), std::string::npos);
    }
}

// The tree of 20 MB of brackets takes 1.5 GB.
TEST(ParseResult, WhatIsNestedTooDeepIsRefusedBeforeItIsRead) {
    const auto refused = parse_result(std::string(20'000'000, '['), "deep.json");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().what,
              "deep.json is not a result of xdp-bench: it is nested too deep");
    // Brackets in text are no nesting.
    const std::string text = "\"" + std::string(100, '[') + "\\\"" + std::string(100, '{') + "\"";
    const auto other = parse_result(R"({"schema_version": 2, "x": )" + text + "}", "text.json");
    EXPECT_NE(other.error().what.find("no \"benches\""), std::string::npos) << other.error().what;
}

TEST(ParseResult, LoadsAreFiguresToo) {
    const Result<SavedResult> result = parse_result(R"({"schema_version": 1, "environment": {},
        "benches": [],
        "rates": [{"program": "lb", "mode": "native", "action": "XDP_TX", "outcome": "passed",
            "rate_pps": 500000, "share": 0, "trials": [
                {"reached": true, "processed": 100, "sent_seconds": 0.5},
                {"reached": false, "processed": 1, "sent_seconds": 0.5}]},
            {"program": "lb", "mode": "native", "action": "XDP_TX", "rate_pps": 1234, "share": 0.5}],
        "searches": [{"program": "lb", "mode": "native", "action": "XDP_TX", "outcome": "passed",
            "goals": [{"loss_ratio": 0.005, "width": 0.01, "lower_pps": 100, "upper_pps": 101,
                       "bound": "program"},
                      {"loss_ratio": 0, "lower_pps": null, "upper_pps": 10, "bound": "none"}]},
            {"program": "lb", "mode": "native", "action": "XDP_TX", "outcome": "invalid",
             "stamped": true}],
        "latencies": [{"program": "lb", "mode": "native", "action": "XDP_TX", "outcome": "passed",
            "rate_pps": 1000, "share": 0, "series": [
                {"through": "baseline", "place": "tester", "p50_ns": 1},
                {"through": "program", "place": "tester", "p50_ns": 10, "p90_ns": 20, "p99_ns": 30,
                 "p99.9_ns": 40}]}]})",
                                                    "a.json");
    ASSERT_TRUE(result);
    const std::vector<SavedFigure>& figures = result->figures;
    ASSERT_EQ(figures.size(), 9);
    EXPECT_EQ(figures[0].name(), "lb/native/XDP_TX processed at 500 kpps");
    EXPECT_EQ(figures[0].samples, std::vector<double>{200});
    EXPECT_TRUE(figures[0].more_is_better);
    EXPECT_EQ(figures[1].what, "processed at 50 %");
    EXPECT_NE(figures[1].unjudged.find("1.234 kpps"), std::string::npos);
    EXPECT_EQ(figures[2].what, "search, loss 0.5 %");
    EXPECT_EQ(figures[2].samples, std::vector<double>{100});
    EXPECT_NEAR(figures[2].bounds->width(100), 0.01, 1e-9);
    EXPECT_EQ(figures[2].setup.at("width"), "0.01");
    EXPECT_TRUE(figures[3].samples.empty());
    EXPECT_EQ(figures[3].bounds->bound, model::Bound::none);
    EXPECT_EQ(figures[4].what, "search of stamped frames");
    EXPECT_TRUE(figures[4].samples.empty());
    EXPECT_EQ(figures[5].what, "latency at 1 kpps, p50, to the tester");
    EXPECT_EQ(figures[8].samples, std::vector<double>{40});
    EXPECT_FALSE(figures[8].unjudged.empty());
}

}  // namespace
}  // namespace xdpbench::report
