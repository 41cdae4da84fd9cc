#include "history/series.h"

#include <gtest/gtest.h>

#include <cmath>

#include "history/history_text.h"
#include "history/sample_runs_test.h"

namespace xdpbench::history {
namespace {

// The history of results that differ from the sample in what `change` does to them.
History history_of(const std::vector<nlohmann::json>& documents, HistoryPlan plan = {}) {
    HistoryBuilder builder(std::move(plan));
    for (std::size_t i = 0; i < documents.size(); ++i)
        builder.add(fmt::format("{}.json", i), read_sample(documents[i]));
    return std::move(builder).build();
}

nlohmann::json with(const char* key, const char* value) {
    nlohmann::json document = sample_result();
    document["environment"][key] = value;
    return document;
}

TEST(Series, AreOnePerFigureAndMachine) {
    EXPECT_EQ(history_of({sample_result(), sample_result()}).series.size(), 3U);
    for (const char* const key : {"host", "kernel", "cpu_model"})
        EXPECT_EQ(history_of({sample_result(), with(key, "other")}).series.size(), 6U) << key;
    EXPECT_EQ(history_of({sample_result(), with("tool_version", "0.2")}).series.size(), 3U);
    EXPECT_EQ(history_of({sample_result(), with("load_average", "9")}).series.size(), 3U);
}

TEST(Series, AreSeparateForDifferentPlacements) {
    nlohmann::json other = sample_result();
    other["benches"][1]["placement"] = "shared";
    const History history = history_of({sample_result(), other});
    ASSERT_EQ(history.series.size(), 5U);
    EXPECT_EQ(history.series[0].title, "p/native/size:64/XDP_TX, placement separate");
}

TEST(Series, AreNotFinishedOnceTheyAreToStop) {
    HistoryBuilder builder({});
    builder.add("a.json", read_sample(sample_result()));
    int asked = 0;
    const History history = std::move(builder).build([&asked] { return ++asked == 3; });
    EXPECT_EQ(history.series.size(), 2U);
}

// A machine for each result: the time may not grow with the square of their number.
TEST(Series, MayAllBeOfDifferentMachines) {
    constexpr std::size_t kMachines = 20'000;
    HistoryBuilder builder({});
    for (std::size_t i = 0; i < kMachines; ++i) {
        SavedRun run;
        run.started = "2026-11-01T00:00:00Z";
        run.environment = {{"host", fmt::format("h{}", i)}, {"kernel", "6.18"}};
        run.figures = {{"p/native/XDP_TX", Measure::cycles, {{"placement", "shared"}}, 100}};
        builder.add(fmt::format("{}.json", i), std::move(run));
    }
    const History history = std::move(builder).build();
    ASSERT_EQ(history.series.size(), kMachines);
    EXPECT_EQ(history.series.front().title, "p/native/XDP_TX");
    EXPECT_EQ(series_by_environment(history).size(), kMachines);
    EXPECT_NE(to_text(history).find("\nhost h19999, kernel 6.18\n"), std::string::npos);
}

TEST(Series, MayBeMergedOverMachines) {
    HistoryPlan plan;
    plan.merged = {"host"};
    EXPECT_EQ(history_of({sample_result(), with("host", "other")}, plan).series.size(), 3U);
}

TEST(Series, AreInTheOrderOfTime) {
    nlohmann::json newer = sample_result();
    newer["started"] = "2026-12-01T00:00:00Z";
    newer["benches"][0]["cycles_per_packet"]["median"] = 130;
    const History history = history_of({newer, sample_result()});
    EXPECT_EQ(history.series.back().corrected(), (std::vector<double>{120, 130}));
}

TEST(Series, HaveOnlyResultsWithTheLabelsThatAreAskedFor) {
    HistoryPlan plan;
    plan.labels = {{"commit", "1a2b3c"}};
    nlohmann::json other = sample_result();
    other["labels"]["commit"] = "other";
    const History history = history_of({sample_result(), other}, plan);
    EXPECT_EQ(history.series.front().points.size(), 1U);
    EXPECT_EQ(history.results, 2U);
}

TEST(Series, HaveTheirNewestResults) {
    HistoryPlan plan;
    plan.newest = 3;
    const History history = sample_history({1, 2, 3, 4, 5}, plan);
    EXPECT_EQ(history.series.front().corrected(), (std::vector<double>{3, 4, 5}));
    EXPECT_EQ(history.series.front().older, 2U);
}

TEST(Changes, HaveTheFirstResultAfterThem) {
    const History history = sample_history(shifted(20, 8));
    const Series& series = history.series.front();
    ASSERT_EQ(series.changes.size(), 1U);
    EXPECT_EQ(series.changes[0].point.index, 20U);
    EXPECT_NEAR(series.changes[0].point.effect(), 0.1, 0.005);
    EXPECT_GT(series.changes[0].confidence(), 0.99);
    EXPECT_TRUE(series.changes[0].also.empty());
}

// Forty results of 80 cycles, with a little of their own, above a baseline that the machine moves
// more; and of the rate of both.
History history_of_moving_machine(double change) {
    HistoryBuilder builder({});
    for (std::size_t i = 0; i < 40; ++i) {
        SavedRun run;
        run.started = fmt::format("2026-11-01T10:00:{:02}Z", i);
        const double baseline = 40 + static_cast<double>(i * 7 % 11);
        const double cycles =
            80 + 0.1 * static_cast<double>(i * 5 % 3) + baseline + (i < 20 ? 0 : change);
        run.figures = {{"p", Measure::cycles, {}, cycles, baseline},
                       {"p", Measure::mpps, {}, 3000 / cycles, 3000 / baseline}};
        builder.add("x.json", std::move(run));
    }
    return std::move(builder).build();
}

TEST(Changes, AreNotThoseOfTheBaseline) {
    const History history = history_of_moving_machine(0);
    ASSERT_EQ(history.series.size(), 2U);
    for (const Series& series : history.series) {
        EXPECT_TRUE(series.changes.empty());
        const std::vector<double> corrected = series.corrected();
        for (const double value : corrected) EXPECT_NEAR(value / corrected.front(), 1, 0.005);
        EXPECT_NE(series.points[0].value, series.points[1].value);
    }
    for (const Series& series : history_of_moving_machine(3.6).series) {
        ASSERT_EQ(series.changes.size(), 1U) << name_of(series.measure);
        EXPECT_EQ(series.changes[0].point.index, 20U);
        EXPECT_NEAR(std::abs(series.changes[0].point.effect()), 0.029, 0.002);
    }
}

TEST(Changes, NameWhatElseChangedThen) {
    HistoryBuilder builder({});
    const std::vector<double> values = shifted(20, 20);
    for (std::size_t i = 0; i < values.size(); ++i) {
        nlohmann::json document = sample_result();
        document["started"] = fmt::format("2026-11-01T10:00:{:02}Z", i);
        document["benches"][0]["cycles_per_packet"]["median"] = values[i];
        document["environment"]["tool_version"] = i < 20 ? "0.1" : "0.2";
        builder.add("x.json", read_sample(document));
    }
    const History history = std::move(builder).build();
    ASSERT_EQ(history.series.back().changes.size(), 1U);
    EXPECT_EQ(history.series.back().changes[0].also,
              (std::vector<std::string>{"tool_version: 0.1 / 0.2"}));
}

TEST(ChangedLately, CountsFromTheNewestResult) {
    const History history = sample_history(shifted(20, 8));
    EXPECT_EQ(changed_lately(history, 8).size(), 1U);
    EXPECT_EQ(changed_lately(history, 7).size(), 0U);
    EXPECT_EQ(changed_lately(history, 1000).size(), 1U);
    EXPECT_EQ(changed_lately(sample_history(shifted(40, 0)), 40).size(), 0U);
}

}  // namespace
}  // namespace xdpbench::history
