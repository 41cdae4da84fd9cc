#include "report/compare_results.h"

#include <gtest/gtest.h>

namespace xdpbench::report {
namespace {

SavedFigure bench_of(std::vector<double> ns, const std::string& mode = "native") {
    SavedFigure bench;
    bench.program = "lb";
    bench.mode = mode;
    bench.action = "XDP_TX";
    bench.outcome = model::Outcome::passed;
    bench.setup = {{"placement", "shared"}, {"traffic", "a.pcap"}};
    bench.samples = std::move(ns);
    return bench;
}

SavedResult result_of(std::vector<SavedFigure> figures) {
    return {"2026-01-01T00:00:00Z", {{"kernel", "6.1"}, {"load_average", "1"}}, std::move(figures)};
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
    EXPECT_GT(row.interval->low, 0.14);  // separate runs of one program differ, too
    EXPECT_LT(row.interval->low, 0.17);
    EXPECT_LT(row.interval->high, 0.26);
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
    EXPECT_NE(row.reason.find("3 and 3 rounds"), std::string::npos) << row.reason;
    EXPECT_NE(row.reason.find("more --rounds"), std::string::npos) << row.reason;
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
    EXPECT_EQ(table.rows[0].after, 120.2);
    EXPECT_EQ(exit_code_of(table, true), 3);
    EXPECT_EQ(exit_code_of(table, false), 3);
    EXPECT_NE(to_text(table).find("kernel: 6.1 / 6.18"), std::string::npos);
}

TEST(CompareResults, AnotherPlacementOrTrafficIsNotJudged) {
    for (const char* const key : {"placement", "traffic"}) {
        SavedFigure changed = bench_of(kHundredTwenty);
        changed.setup[key] = "another";
        const ResultTable table =
            compare_results(result_of({bench_of(kHundred)}), result_of({changed}), {});
        EXPECT_EQ(table.rows[0].verdict, Change::not_compared);
        EXPECT_NE(table.rows[0].reason.find(key), std::string::npos);
    }
}

TEST(CompareResults, EqualSetupsArePairedAndTheRestIsShown) {
    SavedFigure large = bench_of(kHundredTwenty);
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
    SavedFigure invalid = bench_of(kHundredTwenty);
    invalid.outcome = model::Outcome::invalid;
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

TEST(CompareResults, ASmallChangeBetweenTwoRunsIsNotShown) {
    EXPECT_EQ(row_of(kHundred, {101, 102, 102.5, 103, 102.2}).verdict, Change::none_shown);
    const ResultRow row = row_of(kHundred, {107, 108, 108.5, 109, 108.2}, 0.05);
    EXPECT_EQ(row.verdict, Change::undecided);
    EXPECT_NE(row.reason.find("one run a side"), std::string::npos) << row.reason;
}

TEST(CompareResults, ABusyMachineIsAReason) {
    SavedFigure before = bench_of(kHundred);
    SavedFigure after = bench_of({107, 108, 108.5, 109, 108.2});
    after.excluded = 0.41;
    const ResultTable table = compare_results(result_of({before}), result_of({after}), 0.05);
    EXPECT_NE(table.rows[0].reason.find("41 % of the windows of the new result do not count"),
              std::string::npos)
        << table.rows[0].reason;
}

// Figures of all windows of a run, with what they are known to, need no rounds.
TEST(CompareResults, AFigureWithItsPrecisionIsComparedAsARun) {
    const auto known = [](double cycles, double within) {
        SavedFigure figure = bench_of({50, 51});
        figure.cycles = {cycles, cycles + 1};
        figure.gigahertz = {2, 2};
        figure.runs = {cycles / 2};
        figure.cycle_runs = {cycles};
        figure.within = within;
        return figure;
    };
    const auto row = [&](double cycles, double within) {
        return compare_results(result_of({known(100, 0.005)}), result_of({known(cycles, within)}),
                               0.05)
            .rows[0];
    };
    EXPECT_EQ(row(110, 0.005).verdict, Change::regression);
    EXPECT_NEAR(*row(110, 0.005).change, 0.1, 1e-9);
    EXPECT_EQ(*row(110, 0.005).after, 110);
    EXPECT_EQ(row(101, 0.005).verdict, Change::none_shown);
    // The windows of a busy machine say less.
    EXPECT_EQ(row(110, 0.05).verdict, Change::undecided);
}

// The machine was 25 % slower in the new result, as the baseline of its run shows.
TEST(CompareResults, AFigureIsRelativeToTheBaselineOfItsRun) {
    const auto known = [](double cycles, double share) {
        SavedFigure figure = bench_of({50, 51});
        figure.cycles = {cycles, cycles + 1};
        figure.gigahertz = {2, 2};
        figure.runs = {cycles / 2};
        figure.cycle_runs = {cycles};
        figure.baseline_shares = {share};
        figure.within = figure.baseline_within = figure.ratio_within = 0.005;
        return figure;
    };
    const auto row = [&](const SavedFigure& after) {
        return compare_results(result_of({known(100, 0.8)}), result_of({after}), {}).rows[0];
    };
    const ResultRow same = row(known(125, 0.8));
    EXPECT_EQ(same.verdict, Change::none_shown) << same.reason;
    EXPECT_NEAR(*same.change, 0, 1e-9);
    EXPECT_NEAR(*same.baseline_change, 0.25, 1e-9);
    EXPECT_EQ(*same.after, 125);
    EXPECT_EQ(same.reason, "relative to the baseline, which itself changed by +25.0 %");
    const ResultRow slower = row(known(150, 100.0 / 150));
    EXPECT_EQ(slower.verdict, Change::slower);
    EXPECT_NEAR(*slower.change, 0.2, 1e-9);
    EXPECT_FALSE(row(known(101, 0.8)).baseline_change);
    // Whoever shared the core shared it with the baseline too.
    SavedFigure shared = known(125, 0.8);
    shared.shared_throughout = true;
    EXPECT_EQ(row(shared).verdict, Change::none_shown);
    shared = known(100, 0.8);
    shared.shared_throughout = true;
    EXPECT_EQ(row(shared).verdict, Change::undecided);
    // A baseline that one result does not have is none.
    SavedFigure without = known(125, 0.8);
    without.baseline_shares.clear();
    EXPECT_EQ(row(without).verdict, Change::slower);
}

// Five runs a side tell what one does not.
TEST(CompareResults, SeveralRunsASideUseTheVarianceBetweenThem) {
    std::vector<SavedResult> old;
    std::vector<SavedResult> slower;
    for (const double run : {0.0, 0.3, -0.3, 0.2, -0.2}) {
        old.push_back(result_of({bench_of({100 + run, 100.1 + run, 99.9 + run, 100 + run})}));
        slower.push_back(result_of({bench_of({108 + run, 108.1 + run, 107.9 + run, 108 + run})}));
    }
    const std::vector<std::string> names{"1", "2", "3", "4", "5"};
    const auto merged = merge_results(old, names);
    ASSERT_TRUE(merged);
    EXPECT_EQ(merged->figures[0].runs.size(), 5);
    EXPECT_EQ(merged->figures[0].samples.size(), 20);
    const ResultTable table = compare_results(*merged, *merge_results(slower, names), 0.05);
    EXPECT_EQ(table.rows[0].verdict, Change::regression);
    EXPECT_NEAR(*table.rows[0].change, 0.08, 0.001);
    EXPECT_EQ(compare_results(*merged, *merged, 0.05).rows[0].verdict, Change::none_shown);
    old[3].environment["kernel"] = "6.18";
    const auto mixed = merge_results(old, names);
    ASSERT_FALSE(mixed);
    EXPECT_NE(mixed.error().text().find("1 and 4 are of different environments"),
              std::string::npos);
}

SavedFigure rate_of(std::vector<double> pps) {
    SavedFigure figure = bench_of(std::move(pps));
    figure.what = "processed at 500 kpps";
    figure.unit = "pps";
    figure.more_is_better = true;
    return figure;
}

SavedFigure search_of(double lower, std::optional<double> upper, model::Bound bound) {
    SavedFigure figure = rate_of({lower});
    figure.what = "search, loss 0 %";
    figure.bounds = SavedBounds{upper, bound};
    return figure;
}

ResultTable table_of(const SavedFigure& before, const SavedFigure& after,
                     std::optional<double> threshold = {}) {
    return compare_results(result_of({before}), result_of({after}), threshold);
}

TEST(CompareResults, OfARateAFallIsTheRegression) {
    const auto verdict = [](const std::vector<double>& before, const std::vector<double>& after) {
        return table_of(rate_of(before), rate_of(after), 0.05).rows.front().verdict;
    };
    EXPECT_EQ(verdict(kHundredTwenty, kHundred), Change::regression);
    EXPECT_EQ(verdict(kHundred, kHundredTwenty), Change::faster);
    EXPECT_EQ(verdict(kHundred, kHundred), Change::none_shown);
    EXPECT_EQ(table_of(rate_of(kHundredTwenty), rate_of(kHundred), 0.5).rows.front().verdict,
              Change::slower);
}

TEST(CompareResults, ASearchFellIfItDidByMoreThanBothWidths) {
    const auto row = [](const SavedFigure& after) {
        return table_of(search_of(1e6, 1.02e6, model::Bound::program), after, 0.05).rows.front();
    };
    const ResultRow fell = row(search_of(0.9e6, 0.91e6, model::Bound::program));
    EXPECT_EQ(fell.verdict, Change::regression);
    EXPECT_NEAR(*fell.change, -0.1, 1e-9);
    EXPECT_FALSE(fell.interval);
    EXPECT_NE(fell.reason.find("one value each, exact to 2.0 %"), std::string::npos) << fell.reason;
    EXPECT_EQ(row(search_of(0.9e6, 1.1e6, model::Bound::program)).verdict, Change::none_shown);
    EXPECT_EQ(row(search_of(0.96e6, 0.97e6, model::Bound::program)).verdict, Change::slower);
    EXPECT_EQ(row(search_of(0.99e6, 1e6, model::Bound::program)).verdict, Change::none_shown);
    EXPECT_EQ(row(search_of(1.1e6, 1.11e6, model::Bound::program)).verdict, Change::faster);
    EXPECT_EQ(row(search_of(1.1e6, std::nullopt, model::Bound::generator)).verdict, Change::faster);
}

TEST(CompareResults, AGeneratorThatOfferedLessIsNoRegressionOfTheProgram) {
    const SavedFigure before = search_of(1e6, 1.01e6, model::Bound::program);
    const SavedFigure after = search_of(0.8e6, std::nullopt, model::Bound::generator);
    EXPECT_EQ(table_of(before, after, 0.05).rows.front().verdict, Change::undecided);
    EXPECT_EQ(table_of(before, after).rows.front().verdict, Change::none_shown);
    EXPECT_EQ(table_of(after, before, 0.05).rows.front().verdict, Change::none_shown);
    SavedFigure none = search_of(1, std::nullopt, model::Bound::none);
    none.samples.clear();
    EXPECT_EQ(table_of(before, none, 0.05).rows.front().verdict, Change::undecided);
}

TEST(CompareResults, WhatHasOneValueIsShownAndNotJudged) {
    SavedFigure latency = bench_of({1000});
    latency.what = "latency at 1 kpps, p99, to the tester";
    latency.unjudged = "no interval: one value of each run";
    SavedFigure longer = latency;
    longer.samples = {2000};
    const ResultTable table = table_of(latency, longer, 0.05);
    EXPECT_EQ(table.rows.front().verdict, Change::not_judged);
    EXPECT_NEAR(*table.rows.front().change, 1, 1e-9);
    EXPECT_EQ(exit_code_of(table, true), 3);  // nothing was judged
    EXPECT_EQ(exit_code_of(table, false), 0);
    const ResultTable both = compare_results(result_of({latency, bench_of(kHundred)}),
                                             result_of({longer, bench_of(kHundred)}), 0.05);
    EXPECT_EQ(exit_code_of(both, true), 0);
    EXPECT_NE(to_text(both).find("2000.0 ns"), std::string::npos) << to_text(both);
}

// The bench again, at a clock of `gigahertz`.
SavedFigure clocked(const std::vector<double>& cycles, double gigahertz) {
    SavedFigure bench = bench_of({});
    for (const double one : cycles) bench.samples.push_back(one / gigahertz);
    bench.cycles = cycles;
    bench.gigahertz.assign(cycles.size(), gigahertz);
    return bench;
}

TEST(CompareResults, ADriftingClockIsNoRegression) {
    const ResultTable table = table_of(clocked(kHundred, 3), clocked(kHundred, 2.4), 0.05);
    const ResultRow& row = table.rows.front();
    EXPECT_EQ(row.verdict, Change::none_shown);
    EXPECT_EQ(row.unit, "cycles");
    EXPECT_EQ(row.before, 100.2);
    EXPECT_NEAR(row.clocked->ns.change(), 0.25, 1e-9);
    EXPECT_NEAR(row.clocked->gigahertz.change(), -0.2, 1e-9);
    EXPECT_EQ(exit_code_of(table, true), 0);
    const std::string text = to_text(table);
    EXPECT_NE(text.find("100.2 cycles"), std::string::npos) << text;
    EXPECT_NE(text.find("33.4, 41.8 (+25.0 %)  3.00, 2.40 (-20.0 %)"), std::string::npos) << text;
    EXPECT_NE(text.find("3.00 GHz in the old result, 2.40 GHz in the new one"), std::string::npos);
    EXPECT_EQ(to_text(table_of(clocked(kHundred, 3), clocked(kHundred, 3.05))).find("another one"),
              std::string::npos);
}

TEST(CompareResults, ARegressionShowsAlthoughTheClockRose) {
    const ResultRow row =
        table_of(clocked(kHundred, 2.4), clocked(kHundredTwenty, 3), 0.05).rows.front();
    EXPECT_LT(row.clocked->ns.change(), 0);
    EXPECT_EQ(row.verdict, Change::regression);
    EXPECT_NE(row.reason.find("clock 25 % higher"), std::string::npos) << row.reason;
}

TEST(CompareResults, WhatMemoryMayDoIsSaidOnlyOfAChangeInTheClocksDirection) {
    const auto reason = [](const SavedFigure& before, const SavedFigure& after) {
        return table_of(before, after).rows.front().reason;
    };
    EXPECT_EQ(reason(clocked(kHundred, 3), clocked(kHundredTwenty, 2.4)), "");
    EXPECT_EQ(reason(clocked(kHundred, 3), clocked(kHundredTwenty, 3)), "");
    EXPECT_EQ(reason(clocked(kHundred, 2.4), clocked(kHundred, 3)), "");
    EXPECT_NE(reason(clocked(kHundredTwenty, 3), clocked(kHundred, 2.4)).find("fewer cycles"),
              std::string::npos);
}

TEST(CompareResults, AProgramOnASharedCoreIsNotJudged) {
    SavedFigure before = clocked(kHundred, 3);
    SavedFigure after = clocked(kHundredTwenty, 3);
    before.core_ipc = 5.5;
    after.core_ipc = 5.2;  // the reading's own spread
    EXPECT_EQ(table_of(before, after, 0.05).rows.front().verdict, Change::regression);
    after.core_ipc = 2.8;
    const ResultTable table = table_of(before, after, 0.05);
    EXPECT_EQ(table.rows.front().verdict, Change::undecided);
    EXPECT_NE(table.rows.front().reason.find("in the new result another thread shared the core"),
              std::string::npos);
    EXPECT_EQ(exit_code_of(table, true), 3);
    EXPECT_NE(table_of(after, before).rows.front().reason.find("in the old"), std::string::npos);
    after.core_ipc = 5.5;
    after.shared_throughout = true;
    EXPECT_EQ(table_of(before, after, 0.05).rows.front().verdict, Change::undecided);
    before.shared_throughout = true;
    EXPECT_NE(table_of(before, after).rows.front().reason.find("in both"), std::string::npos);
}

TEST(CompareResults, InNsWhereNotBothHaveCycles) {
    const SavedFigure with = clocked(kHundred, 1);
    const SavedFigure without = bench_of(kHundredTwenty);
    const ResultTable table = table_of(with, without, 0.05);
    const ResultRow& row = table.rows.front();
    EXPECT_EQ(row.verdict, Change::regression);
    EXPECT_EQ(row.unit, "ns");
    EXPECT_FALSE(row.clocked);
    EXPECT_EQ(row.reason, "in ns, the new result has no cycles");
    EXPECT_NE(to_text(table).find("looks like a change"), std::string::npos) << to_text(table);
    EXPECT_EQ(table_of(without, with).rows.front().reason, "in ns, the old result has no cycles");
    EXPECT_EQ(table_of(without, without).rows.front().reason, "");
}

}  // namespace
}  // namespace xdpbench::report
