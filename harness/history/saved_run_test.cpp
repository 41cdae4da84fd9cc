#include "history/saved_run.h"

#include <gtest/gtest.h>

#include "history/sample_runs_test.h"

namespace xdpbench::history {
namespace {

std::vector<std::string> names(const SavedRun& run) {
    std::vector<std::string> result;
    for (const Figure& figure : run.figures)
        result.push_back(
            fmt::format("{} {} {}", figure.name, figure.value, name_of(figure.measure)));
    return result;
}

std::string refusal(const nlohmann::json& document) {
    const Result<SavedRun> run = read_run(document.dump());
    return run ? "read" : run.error().what;
}

TEST(SavedRun, HasTheFiguresOfBenches) {
    const SavedRun run = read_sample(sample_result());
    EXPECT_EQ(names(run), (std::vector<std::string>{"p/test_run/XDP_TX 120 cycles/packet",
                                                    "p/native/size:64/XDP_TX 250 ns/packet",
                                                    "p/native/size:64/XDP_TX 4 Mpps"}));
    EXPECT_EQ(run.started, "2026-11-01T10:00:00Z");
    EXPECT_EQ(run.labels, (model::Labels{{"commit", "1a2b3c"}}));
    EXPECT_EQ(run.figures[0].setup, (Keys{{"placement", "test_run"}, {"traffic", "t.pcap"}}));
    EXPECT_EQ(run.environment.count("load_average"), 0U);
    EXPECT_EQ(run.environment.at("host"), "h");
}

TEST(SavedRun, HasRatesAndSearches) {
    nlohmann::json document = sample_result();
    document["benches"] = nlohmann::json::array();
    document["rates"] = nlohmann::json::parse(R"([
      {"program": "p", "mode": "native", "action": "XDP_TX", "outcome": "passed", "share": 0,
       "rate_pps": 500000, "processed_pps": {"median": 499000}},
      {"program": "p", "mode": "native", "action": "XDP_TX", "outcome": "passed", "share": 0.5,
       "rate_pps": 700000, "processed_pps": {"median": 699000}}])");
    document["searches"] = nlohmann::json::parse(R"([
      {"program": "p", "mode": "native", "action": "XDP_TX", "outcome": "passed",
       "goals": [{"loss_ratio": 0.0, "lower_pps": 2500000}, {"loss_ratio": 0.005, "lower_pps": null}]}])");
    EXPECT_EQ(names(read_sample(document)),
              (std::vector<std::string>{"p/native/XDP_TX processed at 500 kpps 0.499 Mpps",
                                        "p/native/XDP_TX search, loss 0 % 2.5 Mpps"}));
}

TEST(SavedRun, NamesWhatIsNotBelieved) {
    nlohmann::json document = sample_result();
    document["benches"][0]["excluded_rounds"] = 2;
    document["benches"][1]["outcome"] = "invalid";
    const SavedRun run = read_sample(document);
    EXPECT_TRUE(run.figures.empty());
    EXPECT_EQ(run.left_out,
              (std::vector<std::string>{
                  "p/test_run/XDP_TX was measured while another thread shared the core",
                  "p/native/size:64/XDP_TX is invalid"}));
}

TEST(SavedRun, HasTheBaselineOfEachFigure) {
    nlohmann::json document = sample_result();
    document["benches"][0]["baseline_cycles"] = {{"median", 40.0}};
    document["benches"][1]["baseline_ns"] = {{"median", 200.0}};
    document["benches"][1]["baseline_pps"] = {{"median", 5e6}};
    const SavedRun run = read_sample(document);
    std::vector<double> baselines;
    for (const Figure& figure : run.figures) baselines.push_back(figure.baseline);
    EXPECT_EQ(baselines, (std::vector<double>{40, 200, 5}));
    EXPECT_EQ(read_sample(sample_result()).figures[0].baseline, 0);
}

TEST(SavedRun, TakesWhatWasMeasuredOnASharedCoreBesideItsBaseline) {
    nlohmann::json document = sample_result();
    document["benches"][0]["excluded_rounds"] = 2;
    document["benches"][0]["baseline_cycles"] = {{"median", 40.0}};
    EXPECT_TRUE(read_sample(document).left_out.empty());
}

TEST(SavedRun, LeavesOutWhatIsHardlyKnown) {
    nlohmann::json document = sample_result();
    document["benches"][0]["precision"] = {{"wanted", 0.005}, {"reached", 0.43}};
    document["benches"][1]["precision"] = {{"wanted", 0.005}, {"reached", 0.09}};
    const SavedRun run = read_sample(document);
    EXPECT_EQ(run.figures.size(), 2U);
    EXPECT_EQ(run.left_out,
              (std::vector<std::string>{"p/test_run/XDP_TX is known to ± 43 % only"}));
}

TEST(SavedRun, IsReadFromSchema1WithoutLabels) {
    nlohmann::json document = sample_result();
    document["schema_version"] = 1;
    document.erase("labels");
    EXPECT_EQ(read_sample(document).figures.size(), 3U);
}

TEST(SavedRun, IsNoOtherDocument) {
    EXPECT_NE(refusal(3).find("not a result"), std::string::npos);
    EXPECT_NE(refusal({{"kind", "comparison"}}).find("comparison"), std::string::npos);
    nlohmann::json document = sample_result();
    document["schema_version"] = 3;
    EXPECT_NE(refusal(document).find("schema_version 3"), std::string::npos);
    document = sample_result();
    document.erase("started");
    EXPECT_NE(refusal(document).find("started"), std::string::npos);
    document.erase("benches");
    EXPECT_NE(refusal(document).find("not a result"), std::string::npos);
    EXPECT_EQ(read_run("hello there").error().what, "it is no JSON document");
    EXPECT_EQ(read_run("{\n\"benches\": [").error().what,
              "it is incomplete or damaged, at line 2, byte 14 of 14");
}

}  // namespace
}  // namespace xdpbench::history
