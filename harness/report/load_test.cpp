// Records of chosen rates on the console and in the JSON document.
#include "model/load.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "model/run.h"
#include "report/entry.h"
#include "report/json.h"
#include "report/load_text.h"

namespace xdpbench::report {
namespace {

model::Trial trial_of(double rate, std::uint64_t sent, std::uint64_t lost) {
    model::Trial trial;
    trial.rate = rate;
    trial.seconds = trial.sent_seconds = 1;
    trial.sent = sent;
    trial.processed = trial.forwarded = sent - lost;
    if (lost > 0) trial.losses["generator_xmit_errors"] = lost;
    return trial;
}

model::LoadRecord record_of(model::LoadKind kind) {
    model::LoadRecord load;
    load.kind = kind;
    load.setup.program = "xdp_tx";
    load.setup.mode = model::Mode::native;
    load.setup.action = model::Action::tx;
    load.rate = 1000;
    load.burst = 1;
    return load;
}

nlohmann::json json_of(const model::LoadRecord& load, const char* key) {
    model::RunRecord run;
    run.loads.push_back(load);
    return nlohmann::json::parse(to_json(run)).at(key).at(0);
}

TEST(Trial, ReachedIsNearlyAllOfTheRate) {
    EXPECT_TRUE(trial_of(1000, 1000, 0).reached());
    EXPECT_TRUE(trial_of(1000, 990, 0).reached());
    EXPECT_FALSE(trial_of(1000, 989, 0).reached());
    EXPECT_FALSE(trial_of(1, 0, 0).reached());
    model::Trial late = trial_of(1000, 1000, 0);
    late.sent_seconds = 1.1;
    EXPECT_FALSE(late.reached()) << "all of them, but not in the time";
}

TEST(LoadReport, FiguresOfARateAreOfTheRoundsThatReachedIt) {
    model::LoadRecord load = record_of(model::LoadKind::rate);
    load.trials = {trial_of(1000, 1000, 10), trial_of(1000, 500, 0), trial_of(1000, 1000, 0)};
    const nlohmann::json json = json_of(load, "rates");
    EXPECT_EQ(json.at("reached"), 2);
    EXPECT_EQ(json.at("trials").size(), 3U);
    EXPECT_EQ(json.at("trials")[1].at("reached"), false);
    EXPECT_EQ(json.at("offered_pps").at("min"), 1000);
    EXPECT_EQ(json.at("loss_ratio").at("max"), 0.01);
    EXPECT_EQ(json.at("processed_pps").at("median"), 995);
    const std::string text = load_text(load);
    EXPECT_NE(text.find("offered 1 kpps"), std::string::npos) << text;
    EXPECT_NE(text.find("in 2 of 3 rounds"), std::string::npos) << text;
    EXPECT_NE(text.find("generator_xmit_errors 10"), std::string::npos) << text;
}

TEST(LoadReport, ASearchSaysWhatItIsNot) {
    model::LoadRecord load = record_of(model::LoadKind::search);
    load.range = {100, 5000};
    load.trials = {trial_of(5000, 5000, 100), trial_of(4000, 4000, 0)};
    model::SearchedGoal goal;
    goal.result.bounds = {5000, 4000};
    goal.result.conditional_throughput = 4000;
    goal.bound = model::Bound::program;
    goal.evidence = "at 5 kpps more frames were lost";
    load.goals = {goal};
    const nlohmann::json json = json_of(load, "searches");
    EXPECT_EQ(json.at("goals")[0].at("lower_pps"), 4000);
    EXPECT_EQ(json.at("goals")[0].at("upper_pps"), 5000);
    EXPECT_EQ(json.at("max_pps"), 5000);
    EXPECT_NE(json.at("note").get<std::string>().find("not RFC 2544"), std::string::npos);
    const std::string text = load_text(load);
    EXPECT_NE(text.find("not RFC 2544"), std::string::npos) << text;
    EXPECT_NE(text.find("program: at 5 kpps"), std::string::npos) << text;
}

TEST(LoadReport, ALatencyHasItsRawBuckets) {
    model::LoadRecord load = record_of(model::LoadKind::latency);
    load.share = 0.5;
    load.trials = load.baseline_trials = {trial_of(1000, 1000, 0)};
    model::LatencySeries series;
    series.place = model::End::tester;
    series.arrived = 1000;
    series.histogram.add(latency_bucket(1500), 990);
    series.histogram.add(latency_bucket(9000), 10);
    series.histogram.note_longest(9000);
    load.latencies = {series};
    const nlohmann::json json = json_of(load, "latencies").at("series")[0];
    EXPECT_EQ(json.at("samples"), 1000);
    EXPECT_EQ(json.at("max_ns"), 9000);
    EXPECT_EQ(json.at("p99.9_ns"), 9000);
    ASSERT_EQ(json.at("buckets").size(), 2U);
    const auto& bucket = json.at("buckets")[0];
    EXPECT_LE(bucket[0], 1500);
    EXPECT_GE(bucket[1], 1500);
    EXPECT_EQ(bucket[2], 990);
    EXPECT_EQ(json.at("p50_ns"), bucket[1]);
    const std::string text = load_text(load);
    EXPECT_NE(text.find("(50 % of the throughput)"), std::string::npos) << text;
    EXPECT_NE(text.find("9.00"), std::string::npos) << text;
}

TEST(LoadReport, EveryRecordIsACase) {
    model::RunRecord run;
    run.loads = {record_of(model::LoadKind::rate), record_of(model::LoadKind::search),
                 record_of(model::LoadKind::latency)};
    run.loads[1].rate = 0;
    run.loads[2].outcome = model::Outcome::invalid;
    const std::vector<Entry> entries = list_entries(&run).all;
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[0].suite, "rate.xdp_tx");
    EXPECT_EQ(entries[0].name, "native rate 1 kpps");
    EXPECT_EQ(entries[1].name, "native search");
    EXPECT_EQ(count_entries(entries, model::Outcome::invalid), 1U);
}

TEST(LoadReport, SeveralGeneratorsAreNamedByTheirCpus) {
    model::LoadRecord load = record_of(model::LoadKind::rate);
    load.setup.placement = model::Placement::shared;
    load.setup.generator_cpus = {0, 2};
    load.setup.variant = "/cpus:0,2";
    load.trials = {trial_of(1000, 1000, 0), trial_of(1000, 999, 0)};
    load.trials[0].sent_by_cpu = {500, 500};
    load.trials[1].sent_by_cpu = {499, 500};
    const nlohmann::json json = json_of(load, "rates");
    EXPECT_EQ(json.at("generator_cpus"), (std::vector<int>{0, 2}));
    EXPECT_EQ(json.at("trials")[1].at("sent_by_cpu"), (std::vector<int>{499, 500}));
    const std::string text = load_text(load);
    for (const char* const said :
         {"a generator and the program on each of CPUs 0, 2",
          "evenly, by 2 generators alternating, each up to 1 frame at a time",
          "sent     999 frames from CPU 0, 1,000 frames from CPU 2"})
        EXPECT_NE(text.find(said), std::string::npos) << text;
    model::RunRecord run;
    run.loads = {load};
    EXPECT_EQ(list_entries(&run).all.at(0).name, "native/cpus:0,2 rate 1 kpps");
}

TEST(LoadReport, AGeneratorOnTheOtherMachineIsNotGivenACpuOfThisOne) {
    model::LoadRecord load = record_of(model::LoadKind::rate);
    load.setup.placement = model::Placement::device;
    load.setup.generator_elsewhere = true;
    load.setup.generator_cpu = model::kCpuUnknown;
    load.setup.generator_cpus = {};
    load.trials = {trial_of(1000, 1000, 0)};
    load.trials[0].sent_by_cpu = {500, 500};
    const nlohmann::json json = json_of(load, "rates");
    EXPECT_TRUE(json.at("generator_cpu").is_null());
    EXPECT_EQ(json.at("generator_cpus"), std::vector<int>{});
    EXPECT_NE(load_text(load).find("generator on the other machine"), std::string::npos);
    load.setup.generator_cpu = 3;
    load.setup.generator_cpus = {3, 4};
    EXPECT_NE(load_text(load).find("generators on CPUs 3, 4 of the other machine"),
              std::string::npos);
}

}  // namespace
}  // namespace xdpbench::report
