#include "target/traffic_shape.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "packet/reshape.h"

namespace xdpbench::target {
namespace {

Target target_with(const std::string& pcap) {
    Target target;
    target.scenario.name = "test";
    target.scenario.bench.emplace();
    scenario::FrameRef& traffic = target.scenario.bench->traffic;
    traffic.text = pcap;
    traffic.pcap = std::filesystem::path(XDP_BENCH_SOURCE_DIR) / "pcaps" / pcap;
    return target;
}

TrafficShape shape_of(const std::string& size, std::optional<std::uint32_t> flows = {}) {
    const auto parsed = size.empty() ? TrafficShape{} : parse_size(size);
    EXPECT_TRUE(parsed);
    TrafficShape shape = *parsed;
    shape.flows = flows;
    return shape;
}

std::map<std::size_t, std::size_t> lengths(const packet::Frames& frames) {
    std::map<std::size_t, std::size_t> counts;
    for (const packet::Frame& frame : frames) ++counts[frame.bytes.size()];
    return counts;
}

using Lengths = std::map<std::size_t, std::size_t>;

TEST(TrafficShape, AsItIsUnlessAskedFor) {
    const auto frames = bench_frames(target_with("udp_64.pcap"), {});
    ASSERT_TRUE(frames) << frames.error().text();
    EXPECT_EQ(lengths(*frames), (Lengths{{60, 1000}}));
    EXPECT_EQ(TrafficShape{}.name(), "");
}

TEST(TrafficShape, SizesHaveTheFcsInThem) {
    const auto frames = bench_frames(target_with("udp_64.pcap"), shape_of("128"));
    ASSERT_TRUE(frames) << frames.error().text();
    EXPECT_EQ(lengths(*frames), (Lengths{{124, 1000}}));
    EXPECT_EQ(packet::count_flows(*frames), 64U);
    EXPECT_EQ(shape_of("128").name(), "/size:128");
}

TEST(TrafficShape, TheMixIsExact) {
    const auto frames = bench_frames(target_with("udp_64.pcap"), shape_of("imix"));
    ASSERT_TRUE(frames) << frames.error().text();
    EXPECT_EQ(lengths(*frames), (Lengths{{60, 7 * 84}, {590, 4 * 84}, {1514, 84}}));
}

TEST(TrafficShape, FlowsOccurEquallyOften) {
    const auto frames = bench_frames(target_with("udp_64.pcap"), shape_of("imix", 10));
    ASSERT_TRUE(frames) << frames.error().text();
    EXPECT_EQ(frames->size(), 60U)
        << "the least number in which flows and sizes both come out even";
    EXPECT_EQ(packet::count_flows(*frames), 10U);
    EXPECT_EQ(lengths(*frames), (Lengths{{60, 35}, {590, 20}, {1514, 5}}));
    EXPECT_EQ(shape_of("imix", 10).name(), "/size:imix/flows:10");
}

TEST(TrafficShape, MoreFlowsThanFramesAndFewer) {
    for (const std::uint32_t flows : {1U, 1000U, 5000U, 70'000U}) {
        const auto frames = bench_frames(target_with("icmp_echo_64.pcap"), shape_of("", flows));
        ASSERT_TRUE(frames) << frames.error().text();
        EXPECT_EQ(frames->size(), flows);
        EXPECT_EQ(packet::count_flows(*frames), flows);
    }
}

TEST(TrafficShape, WhatCannotBeShapedIsNamed) {
    const auto frames = bench_frames(target_with("udp6_66.pcap"), shape_of("64"));
    ASSERT_FALSE(frames);
    EXPECT_NE(frames.error().what.find("test: frame 0 of udp6_66.pcap"), std::string::npos)
        << frames.error().what;
}

TEST(TrafficShape, TooManyFramesAreRefusedBeforeTheyAreMade) {
    const auto frames = bench_frames(target_with("udp_64.pcap"), shape_of("imix", 999'999));
    ASSERT_FALSE(frames);
    EXPECT_NE(frames.error().what.find("cannot hold"), std::string::npos) << frames.error().what;
}

TEST(TrafficShape, NoOtherWordIsASize) {
    for (const char* const text :
         {"", "0", "17", "64b", "-64", "IMIX", "9221", "9999999999999999999"})
        EXPECT_FALSE(parse_size(text)) << text;
    EXPECT_TRUE(parse_size("18"));
    EXPECT_TRUE(parse_size("9220"));
}

}  // namespace
}  // namespace xdpbench::target
