#include "report/live.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace xdpbench {
namespace {

constexpr std::size_t kDrop = 1;

LiveSample two_seconds_of_drops() {
    LiveSample sample;
    sample.seconds = 2;
    LiveActions actions{};
    actions[kDrop] = {{1500, 1000}, {90'000, 60'000}};
    sample.actions = actions;
    sample.cpus = {{3, actions}};
    return sample;
}

TEST(LiveSampleText, HasTotalsAndRates) {
    const std::string text = sample_text(two_seconds_of_drops(), "14:03:22");
    EXPECT_NE(text.find("14:03:22  2.000 s\n"), std::string::npos) << text;
    EXPECT_NE(text.find("XDP_DROP                1,500          500.0        0.240\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("CPU 3         500.0 XDP_DROP a second\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("XDP_PASS"), std::string::npos) << text;
}

TEST(LiveSampleText, SaysWhenNothingCame) {
    LiveSample sample;
    sample.seconds = 1;
    sample.actions.emplace();
    EXPECT_EQ(sample_text(sample, "00:00:00"), "00:00:00  1.000 s\n  no frames yet\n");
}

TEST(LiveSampleText, OfTheDriver) {
    LiveSample sample;
    sample.seconds = 2;
    sample.driver["rx_queue_xdp_drops"] = {30, 10};
    EXPECT_NE(
        sample_text(sample, "").find("rx_queue_xdp_drops                     30            5.0"),
        std::string::npos)
        << sample_text(sample, "");
}

TEST(LiveSampleJson, IsOneLine) {
    const std::string text = sample_json(two_seconds_of_drops(), "2026-01-01T00:00:00Z");
    EXPECT_EQ(text.find('\n'), text.size() - 1);
    const auto json = nlohmann::json::parse(text);
    EXPECT_EQ(json["kind"], "sample");
    EXPECT_EQ(json["actions"]["XDP_DROP"]["packets"]["total"], 1500);
    EXPECT_EQ(json["actions"]["XDP_DROP"]["packets"]["per_second"], 500.0);
    EXPECT_EQ(json["actions"]["XDP_PASS"]["bytes"]["added"], 0);
    EXPECT_EQ(json["cpus"][0]["cpu"], 3);
}

TEST(LiveSampleJson, RatesOfNoTimeAreNumbers) {
    LiveSample sample;
    sample.driver["xdp"] = {1, 1};
    EXPECT_EQ(nlohmann::json::parse(sample_json(sample, ""))["driver"]["xdp"]["per_second"], 0.0);
}

}  // namespace
}  // namespace xdpbench
