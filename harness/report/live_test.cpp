#include "report/live.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace xdpbench::report {
namespace {

constexpr std::size_t kDrop = 1;

model::LiveSample two_seconds_of_drops() {
    model::LiveSample sample;
    sample.seconds = 2;
    model::LiveActions actions{};
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
    model::LiveSample sample;
    sample.seconds = 1;
    sample.actions.emplace();
    EXPECT_EQ(sample_text(sample, "00:00:00"), "00:00:00  1.000 s\n  no frames yet\n");
}

TEST(LiveSampleText, OfTheDriver) {
    model::LiveSample sample;
    sample.seconds = 2;
    sample.driver["rx_queue_xdp_drops"] = {30, 10};
    EXPECT_NE(
        sample_text(sample, "").find("rx_queue_xdp_drops                     30            5.0"),
        std::string::npos)
        << sample_text(sample, "");
}

TEST(LiveSampleText, LostEventsAreCountedOrUnknown) {
    model::LiveSample sample;
    sample.seconds = 2;
    sample.events = {{"events", {1007, 8}, model::LiveCount{2, 2}, 0},
                     {"other", {1, 1}, std::nullopt, 5}};
    const std::string text = sample_text(sample, "");
    EXPECT_NE(text.find("1,007            4.0 events a second, lost 2\n"), std::string::npos)
        << text;
    EXPECT_NE(text.find("losses unknown: the program has no global other_lost, 5 not shown\n"),
              std::string::npos)
        << text;
}

TEST(LiveSampleJson, LostEventsAreCountedOrMissing) {
    model::LiveSample sample;
    sample.seconds = 2;
    sample.events = {{"events", {7, 7}, model::LiveCount{2, 2}, 0},
                     {"other", {1, 1}, std::nullopt, 5}};
    const auto events = nlohmann::json::parse(sample_json(sample, ""))["events"];
    EXPECT_EQ(events[0]["map"], "events");
    EXPECT_EQ(events[0]["received"]["per_second"], 3.5);
    EXPECT_EQ(events[0]["lost"]["total"], 2);
    EXPECT_FALSE(events[1].contains("lost"));
    EXPECT_EQ(events[1]["not_shown"], 5);
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
    model::LiveSample sample;
    sample.driver["xdp"] = {1, 1};
    EXPECT_EQ(nlohmann::json::parse(sample_json(sample, ""))["driver"]["xdp"]["per_second"], 0.0);
}

model::Value text(const std::string& scalar) { return model::Value{{}, scalar}; }

model::LiveEvent packet() {
    const model::Value::Fields fields{{"source", text("192.168.1.1")},
                                      {"destination", text("192.168.1.2")},
                                      {"source_port", text("53")},
                                      {"destination_port", text("46313")},
                                      {"protocol", text("17")}};
    return {"packets", 3, -1, model::one_line({{}, fields}), {{}, fields}};
}

TEST(LiveEventText, OfAPacket) {
    EXPECT_EQ(event_text(packet()), "Packet: 192.168.1.1:53 -> 192.168.1.2:46313, protocol: UDP\n");
}

TEST(LiveEventText, OfAnythingElse) {
    EXPECT_EQ(event_text({"pings", 0, -1, "source=1.2.3.4", {{}, model::Value::Fields{}}}),
              "pings: source=1.2.3.4\n");
    EXPECT_EQ(event_text({"pings", 0, 1, "hex:01", text("hex:01")}), "pings: hex:01\n");
}

TEST(LiveEventJson, HasNumbersAsNumbersOnOneLine) {
    const std::string line = event_json(packet(), "2026-01-01T00:00:00Z");
    EXPECT_EQ(
        line,
        R"({"kind":"event","time":"2026-01-01T00:00:00Z","map":"packets","number":3,"record":)"
        R"({"source":"192.168.1.1","destination":"192.168.1.2","source_port":53,)"
        R"("destination_port":46313,"protocol":17}})"
        "\n");
}

TEST(LiveEventJson, KeepsNestedAndUntypedRecords) {
    const model::Value nested{
        {}, model::Value::Fields{{"list", {{}, model::Value::List{text("-1"), text("x\xff")}}}}};
    const auto json = nlohmann::json::parse(event_json({"m", 0, 2, "", nested}, ""));
    EXPECT_EQ(json["cpu"], 2);
    EXPECT_EQ(json["record"]["list"][0], -1);
    EXPECT_EQ(nlohmann::json::parse(event_json({"m", 0, -1, "", text("hex:01")}, ""))["record"],
              "hex:01");
}

}  // namespace
}  // namespace xdpbench::report
