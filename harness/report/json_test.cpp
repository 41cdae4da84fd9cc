#include "report/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace xdpbench::report {
namespace {

TEST(Json, KeepsGoogleBenchmarksKeysAndPutsOursBeside) {
    model::RunRecord run;
    run.google_benchmark = R"({"context": {"num_cpus": 2}, "benchmarks": [{"name": "a"}]})";
    run.environment = {{"kernel", "6.18"}};
    run.exit_code = 3;
    const auto json = nlohmann::json::parse(to_json(run));
    EXPECT_EQ(json["context"]["num_cpus"], 2);
    EXPECT_EQ(json["benchmarks"][0]["name"], "a");
    EXPECT_EQ(json["environment"]["kernel"], "6.18");
    EXPECT_EQ(json["schema_version"], kResultSchemaVersion);
    EXPECT_EQ(json["exit_code"], 3);
}

TEST(Json, AnEmptyRunIsADocumentWithTheSameKeys) {
    const auto json = nlohmann::json::parse(to_json(model::RunRecord{}));
    for (const char* const key : {"context", "benchmarks", "cases", "replays", "lans", "offloads",
                                  "verdicts", "benches", "programs"}) {
        EXPECT_TRUE(json.contains(key)) << key;
    }
}

TEST(Json, RoundsGiveMediansAndNeverNaN) {
    model::RunRecord run;
    model::BenchRecord bench;
    for (const std::uint64_t packets : {100U, 200U, 300U}) {
        bench.rounds.push_back({packets,
                                packets,
                                packets,
                                1e-6 * static_cast<double>(packets),
                                packets,
                                5e-7 * static_cast<double>(packets),
                                {1000.0},
                                {500.0},
                                {0.5}});
    }
    bench.rounds.push_back(model::BenchRound{});  // nothing happened in it
    bench.setup.action = model::Action::drop;     // else null
    run.benches.push_back(bench);
    const std::string text = to_json(run);
    EXPECT_EQ(text.find("nan"), std::string::npos);
    EXPECT_EQ(text.find("null"), std::string::npos);
    const auto json = nlohmann::json::parse(text);
    EXPECT_DOUBLE_EQ(json["benches"][0]["ns_per_packet"]["median"], 1000.0);
    EXPECT_DOUBLE_EQ(json["benches"][0]["ns_per_packet"]["range"], 1.0);  // 0 to 1000
    EXPECT_DOUBLE_EQ(json["benches"][0]["baseline_ns"]["max"], 500.0);
    EXPECT_DOUBLE_EQ(json["benches"][0]["program_ns"]["median"], 500.0);
    EXPECT_DOUBLE_EQ(json["benches"][0]["program_cycles"]["max"], 1000.0);
    EXPECT_DOUBLE_EQ(json["benches"][0]["rounds"][0]["gigahertz"], 2.0);
    EXPECT_EQ(json["benches"][0]["rounds"].size(), 4U);
}

TEST(Json, TheScalingTableHasRowsOfGoogleBenchmark) {
    model::RunRecord run;
    run.google_benchmark = R"({"context": {}, "benchmarks": [{"name": "first"}]})";
    model::ScalingRecord scaling;
    scaling.setup.program = "xdp_drop";
    scaling.setup.mode = model::Mode::native;
    scaling.setup.variant = "/size:64";
    scaling.steps.resize(2);
    scaling.steps[0].cpus = {0};
    scaling.steps[0].together = {5e6, 4e6};
    scaling.steps[0].apart = {5e6, 5e6};
    scaling.steps[1].cpus = {0, 1};
    scaling.steps[1].together = {8e6, 8e6};
    scaling.steps[1].apart = {10e6, 10e6};
    run.scalings = {scaling, model::ScalingRecord{}};  // the second was skipped
    const auto rows = nlohmann::json::parse(to_json(run))["benchmarks"];
    ASSERT_EQ(rows.size(), 5U);
    EXPECT_EQ(rows[0]["name"], "first");
    EXPECT_EQ(rows[2]["name"], "xdp_drop/native/size:64/cpus:1/manual_time");
    EXPECT_EQ(rows[2]["repetition_index"], 1);
    EXPECT_DOUBLE_EQ(rows[2]["real_time"], 250.0);
    EXPECT_DOUBLE_EQ(rows[2]["efficiency"], 0.8);
    EXPECT_EQ(rows[4]["run_name"], "xdp_drop/native/size:64/cpus:2/manual_time");
    EXPECT_EQ(rows[4]["threads"], 2);
    EXPECT_DOUBLE_EQ(rows[4]["real_time"], 125.0);
    EXPECT_DOUBLE_EQ(rows[4]["cpu_time"], 250.0);
    EXPECT_DOUBLE_EQ(rows[4]["processed_pps"], 8e6);
    EXPECT_DOUBLE_EQ(rows[4]["apart_pps"], 10e6);
}

TEST(Json, CasesHaveTheirKindAndBadTextDoesNotCostTheDocument) {
    model::RunRecord run;
    model::CaseResult check;
    check.kind = model::CaseKind::check;
    check.name = "\xff\xfe";
    model::CaseResult replay;
    replay.kind = model::CaseKind::replay;
    replay.mode = model::Mode::native;
    replay.outcome = model::Outcome::failed;
    run.cases = {replay, check};
    const auto json = nlohmann::json::parse(to_json(run));
    EXPECT_EQ(json["cases"][1]["kind"], "check");
    EXPECT_EQ(json["cases"][0]["kind"], "replay");
    EXPECT_EQ(json["cases"][0]["outcome"], "failed");
    EXPECT_EQ(json["cases"][0]["mode"], "native");
}

}  // namespace
}  // namespace xdpbench::report
