#include "report/compare_results.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace xdpbench {
namespace {

SavedBench bench_of(std::vector<double> ns, const std::string& mode = "native") {
    SavedBench bench;
    bench.program = "lb";
    bench.mode = mode;
    bench.action = "XDP_TX";
    bench.outcome = "passed";
    bench.setup = {{"placement", "shared"}, {"traffic", "a.pcap"}};
    bench.ns_per_packet = std::move(ns);
    return bench;
}

SavedResult result_of(std::vector<SavedBench> benches) {
    return {"2026-01-01T00:00:00Z", {{"kernel", "6.1"}, {"load_average", "1"}}, std::move(benches)};
}

const std::vector<double> kHundred{99, 100, 100.5, 101, 100.2};
const std::vector<double> kHundredTwenty{119, 120, 120.5, 121, 120.2};

ResultRow row_of(const std::vector<double>& before, const std::vector<double>& after,
                 std::optional<double> threshold = {}) {
    const ResultTable table =
        compare_results(result_of({bench_of(before)}), result_of({bench_of(after)}), threshold);
    EXPECT_EQ(table.rows.size(), 1);
    return table.rows.front();
}

TEST(CompareResults, AChangeWithItsInterval) {
    const ResultRow row = row_of(kHundred, kHundredTwenty);
    EXPECT_EQ(row.verdict, Change::slower);
    EXPECT_NEAR(*row.change, 0.2, 0.01);
    EXPECT_GT(row.interval->low, 0.17);
    EXPECT_LT(row.interval->high, 0.23);
    EXPECT_GE(row.interval->coverage, kResultConfidence);
    EXPECT_EQ(row_of(kHundredTwenty, kHundred).verdict, Change::faster);
    EXPECT_EQ(row_of(kHundred, kHundred).verdict, Change::none_shown);
}

TEST(CompareResults, ARegressionIsAWholeIntervalAboveTheThreshold) {
    EXPECT_EQ(row_of(kHundred, kHundredTwenty, 0.05).verdict, Change::regression);
    EXPECT_EQ(row_of(kHundred, kHundredTwenty, 0.5).verdict, Change::slower);
    EXPECT_EQ(row_of(kHundred, kHundredTwenty, 0.2).verdict, Change::undecided);
    EXPECT_EQ(row_of(kHundredTwenty, kHundred, 0.05).verdict, Change::faster);
}

TEST(CompareResults, TooFewRoundsAreUndecided) {
    const ResultRow row = row_of({100, 101, 102}, {110, 111, 112}, 0.05);
    EXPECT_EQ(row.verdict, Change::undecided);
    EXPECT_FALSE(row.interval);
    EXPECT_NE(row.reason.find("3 and 3 rounds"), std::string::npos);
}

TEST(CompareResults, AnotherEnvironmentIsNotJudged) {
    const SavedResult before = result_of({bench_of(kHundred)});
    SavedResult after = result_of({bench_of(kHundredTwenty)});
    after.environment["load_average"] = "7";
    EXPECT_TRUE(compare_results(before, after, {}).differences.empty());
    after.environment["kernel"] = "6.18";
    after.environment["cpu_model"] = "other";
    const ResultTable table = compare_results(before, after, 0.05);
    EXPECT_EQ(table.differences,
              (std::vector<std::string>{"cpu_model: not said / other", "kernel: 6.1 / 6.18"}));
    EXPECT_EQ(table.rows[0].verdict, Change::not_compared);
    EXPECT_FALSE(table.rows[0].change);
    EXPECT_EQ(table.rows[0].new_ns, 120.2);
    EXPECT_EQ(exit_code_of(table, true), 3);
    EXPECT_EQ(exit_code_of(table, false), 3);
    EXPECT_NE(to_text(table).find("kernel: 6.1 / 6.18"), std::string::npos);
}

TEST(CompareResults, AnotherPlacementOrTrafficIsNotJudged) {
    for (const char* const key : {"placement", "traffic"}) {
        SavedBench changed = bench_of(kHundredTwenty);
        changed.setup[key] = "another";
        const ResultTable table =
            compare_results(result_of({bench_of(kHundred)}), result_of({changed}), {});
        EXPECT_EQ(table.rows[0].verdict, Change::not_compared);
        EXPECT_NE(table.rows[0].reason.find(key), std::string::npos);
    }
}

TEST(CompareResults, EqualSetupsArePairedAndTheRestIsShown) {
    SavedBench large = bench_of(kHundredTwenty);
    large.setup["longest_frame_bytes"] = "1514";
    const ResultTable table =
        compare_results(result_of({bench_of(kHundred), large, bench_of(kHundred, "generic")}),
                        result_of({large, bench_of(kHundred), bench_of(kHundred, "test_run")}), {});
    ASSERT_EQ(table.rows.size(), 4);
    EXPECT_EQ(table.rows[0].verdict, Change::none_shown);
    EXPECT_EQ(table.rows[1].verdict, Change::none_shown);
    EXPECT_EQ(table.rows[2].reason, "only in the new result");
    EXPECT_EQ(table.rows[3].reason, "only in the old result");
    EXPECT_EQ(exit_code_of(table, false), 0);
    EXPECT_EQ(exit_code_of(table, true), 3);
}

TEST(CompareResults, AnInvalidBenchIsNotJudged) {
    SavedBench invalid = bench_of(kHundredTwenty);
    invalid.outcome = "invalid";
    const ResultTable table =
        compare_results(result_of({bench_of(kHundred)}), result_of({invalid}), 0.05);
    EXPECT_EQ(table.rows[0].verdict, Change::not_compared);
    EXPECT_EQ(exit_code_of(table, true), 3);
}

TEST(CompareResults, ExitCodes) {
    const auto code = [](const std::vector<double>& after, std::optional<double> threshold) {
        const ResultTable table = compare_results(result_of({bench_of(kHundred)}),
                                                  result_of({bench_of(after)}), threshold);
        return exit_code_of(table, threshold.has_value());
    };
    EXPECT_EQ(code(kHundredTwenty, 0.05), 1);
    EXPECT_EQ(code(kHundredTwenty, 0.2), 3);
    EXPECT_EQ(code(kHundredTwenty, 0.5), 0);
    EXPECT_EQ(code(kHundredTwenty, {}), 0);
    EXPECT_EQ(code({100}, {}), 0);
    EXPECT_EQ(code({100}, 0.05), 3);
}

TEST(ParseResult, WhatIsNeededOfADocument) {
    const Result<SavedResult> result = parse_result(R"({"schema_version": 1, "started": "now",
        "environment": {"kernel": "6.1"}, "benches": [{"program": "lb", "mode": "native",
        "action": "XDP_TX", "cpu": 1, "outcome": "passed",
        "rounds": [{"ns_per_packet": 10.5}, {"ns_per_packet": 0}, {}]}]})",
                                                    "a.json");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->environment.at("kernel"), "6.1");
    ASSERT_EQ(result->benches.size(), 1);
    EXPECT_EQ(result->benches[0].name(), "lb/native/XDP_TX");
    EXPECT_EQ(result->benches[0].setup.at("cpu"), "1");
    EXPECT_EQ(result->benches[0].ns_per_packet, std::vector<double>{10.5});
}

TEST(ParseResult, WhatIsNoResultIsRefused) {
    for (const char* const text :
         {"", "{", "[]", "{}", R"({"benches": {}})", R"({"benches": [], "environment": {}})",
          R"({"benches": [], "environment": {}, "schema_version": 99})",
          R"({"benches": [], "schema_version": 1})"}) {
        const Result<SavedResult> result = parse_result(text, "a.json");
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().kind, ErrorKind::input);
        EXPECT_NE(result.error().what.find("a.json"), std::string::npos);
    }
}

}  // namespace
}  // namespace xdpbench
