#include "packet/match.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "packet/sample_frames_test.h"

namespace xdpbench::packet {
namespace {

using Positions = std::vector<std::size_t>;
using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

// A UDP frame of the flow, told from others of it by its IP identification.
Frame udp(std::uint8_t flow, std::uint8_t number) {
    Frame frame = frame_of(kUdpFrame);
    frame.bytes[kIpAt + 15] = flow;  // of the source address
    frame.bytes[kIpAt + 5] = number;
    return frame;
}

Frames frames(const std::vector<std::pair<int, int>>& flows_and_numbers) {
    Frames all;
    for (const auto& [flow, number] : flows_and_numbers)
        all.push_back(udp(static_cast<std::uint8_t>(flow), static_cast<std::uint8_t>(number)));
    return all;
}

TEST(MatchFrames, EqualFramesInOrder) {
    EXPECT_TRUE(match_frames({}, {}).empty());
    EXPECT_TRUE(match_frames(frames({{1, 1}, {2, 1}}), frames({{1, 1}, {2, 1}})).empty());
}

TEST(MatchFrames, FlowsMayOvertakeEachOther) {
    const Frames expected = frames({{1, 1}, {2, 1}, {1, 2}, {2, 2}});
    EXPECT_TRUE(match_frames(expected, frames({{2, 1}, {2, 2}, {1, 1}, {1, 2}})).empty());
    EXPECT_TRUE(match_frames(expected, frames({{1, 1}, {1, 2}, {2, 1}, {2, 2}})).empty());
}

TEST(MatchFrames, WithinAFlowOrderIsRequired) {
    const FrameMatch match =
        match_frames(frames({{1, 1}, {2, 1}, {1, 2}}), frames({{1, 2}, {2, 1}, {1, 1}}));
    EXPECT_EQ(match.overtaken, Positions{2});
    EXPECT_TRUE(match.missing.empty() && match.surplus.empty() && match.different.empty());
}

TEST(MatchFrames, EqualFramesOfAFlowAreInAnyOrder) {
    EXPECT_TRUE(
        match_frames(frames({{1, 1}, {2, 1}, {1, 1}}), frames({{2, 1}, {1, 1}, {1, 1}})).empty());
}

TEST(MatchFrames, AMissingFrameDoesNotSpoilTheOthers) {
    const FrameMatch match =
        match_frames(frames({{1, 1}, {1, 2}, {1, 3}, {1, 4}}), frames({{1, 1}, {1, 3}, {1, 4}}));
    EXPECT_EQ(match.missing, Positions{1});
    EXPECT_TRUE(match.surplus.empty() && match.different.empty() && match.overtaken.empty());
}

TEST(MatchFrames, ADuplicateIsSurplus) {
    const FrameMatch match =
        match_frames(frames({{1, 1}, {1, 2}}), frames({{1, 1}, {1, 1}, {1, 2}}));
    EXPECT_EQ(match.surplus, Positions{1});
    EXPECT_TRUE(match.missing.empty() && match.different.empty() && match.overtaken.empty());
}

TEST(MatchFrames, ADamagedFrameStandsNextToTheExpectedOneOfItsFlow) {
    Frames actual = frames({{2, 1}, {1, 1}, {2, 2}, {1, 2}});
    actual[2].bytes.back() ^= 1U;
    actual[3].bytes.back() ^= 1U;
    const FrameMatch match = match_frames(frames({{1, 1}, {1, 2}, {2, 1}, {2, 2}}), actual);
    EXPECT_EQ(match.different, (Pairs{{1, 3}, {3, 2}}));
    EXPECT_TRUE(match.missing.empty() && match.surplus.empty() && match.overtaken.empty());
}

TEST(MatchFrames, WhatIsMaskedIsNotCompared) {
    const Frames expected = frames({{1, 1}, {2, 1}});
    const Frames actual = frames({{2, 9}, {1, 9}});
    EXPECT_EQ(match_frames(expected, actual).different.size(), 2U);
    EXPECT_TRUE(match_frames(expected, actual, {"ip.id"}).empty());
    EXPECT_TRUE(match_frames(expected, actual, {"ip"}).empty());
    // What is masked decides here what follows it.
    Frames other = expected;
    other[0].bytes[kIpAt + 9] = 200;  // the protocol
    EXPECT_TRUE(match_frames(expected, other, {"ip", "udp", "payload"}).empty());
}

TEST(FlowKey, IsAddressesProtocolAndPorts) {
    EXPECT_EQ(flow_key(udp(1, 1)), flow_key(udp(1, 2)));
    EXPECT_NE(flow_key(udp(1, 1)), flow_key(udp(2, 1)));
    Frame port = udp(1, 1);
    port.bytes[kIpAt + 21] ^= 1U;
    EXPECT_NE(flow_key(udp(1, 1)), flow_key(port));
    EXPECT_NE(flow_key(frame_of(kUdp6Frame)), flow_key(frame_of(kTcp6Frame)));
}

TEST(FlowKey, FragmentsHaveNoPorts) {
    Frame first = udp(1, 1);
    Frame second = first;
    first.bytes[kIpAt + 6] = 0x20;  // more fragments
    second.bytes[kIpAt + 7] = 3;    // byte 24
    second.bytes[kIpAt + 21] ^= 1U;
    EXPECT_EQ(flow_key(first), flow_key(second));
}

TEST(FlowKey, IsThatOfTheInnerPacketWithoutTags) {
    Frame outer = frame_of(kIpipFrame);
    outer.bytes[kIpAt + 15] ^= 1U;
    EXPECT_EQ(flow_key(frame_of(kIpipFrame)), flow_key(outer));
    Frame tagged = udp(1, 1);
    tagged.bytes.insert(tagged.bytes.begin() + 12, {0x81, 0, 0, 7});
    EXPECT_EQ(flow_key(udp(1, 1)), flow_key(tagged));
    EXPECT_NE(flow_key(frame_of(kArpFrame)), "");
}

}  // namespace
}  // namespace xdpbench::packet
