#include "faults.h"

#include <gtest/gtest.h>

#include <numeric>

namespace xdpbench::faulty_card {
namespace {

using std::chrono::milliseconds;
const Time kStart{};

// A UDP frame of 64 bytes from a source port, with a number in its payload.
Frame udp(std::uint8_t port, std::uint8_t number) {
    Frame frame(64);
    frame[12] = 0x08;
    frame[14] = 0x45;
    frame[23] = 17;
    frame[35] = port;
    frame[63] = number;
    return frame;
}

Frame tagged(Frame frame, std::uint8_t first, std::uint8_t second) {
    const Frame tag = {first, second, 0, 7};
    frame.insert(frame.begin() + 12, tag.begin(), tag.end());
    return frame;
}

// What leaves until `now`.
std::vector<Frame> leaving(Direction& direction, Time now = kStart) {
    std::vector<Frame> frames;
    while (auto frame = direction.next(now)) frames.push_back(std::move(*frame));
    return frames;
}

// What arrives of six frames of one flow with a fault in every third one.
std::vector<Frame> six(Fault fault) {
    Direction direction({fault, 3, milliseconds(20)});
    for (std::uint8_t i = 0; i < 6; ++i) direction.take(udp(1, i), kStart);
    return leaving(direction);
}

std::vector<int> numbers(const std::vector<Frame>& frames) {
    std::vector<int> found;
    for (const Frame& frame : frames) found.push_back(frame.size() == 64 ? frame[63] : -1);
    return found;
}

TEST(Faults, EachHasAName) {
    for (const std::string& name : fault_names()) EXPECT_TRUE(fault_named(name)) << name;
    EXPECT_EQ(fault_named("strip-vlan"), Fault::strip_vlan);
    EXPECT_EQ(fault_named("miscount"), Fault::miscount);
    EXPECT_FALSE(fault_named("lost"));
}

TEST(Faults, AFaultlessCardChangesNothing) {
    const auto frames = six(Fault::none);
    EXPECT_EQ(numbers(frames), (std::vector<int>{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(frames[2], udp(1, 2));
}

TEST(Faults, EveryNthFrameIsLost) {
    EXPECT_EQ(numbers(six(Fault::lose)), (std::vector<int>{0, 1, 3, 4}));
}

TEST(Faults, APhaseMakesTheFirstFaultEarlier) {
    Direction direction({Fault::lose, 3, {}, 1});
    for (std::uint8_t i = 0; i < 6; ++i) direction.take(udp(1, i), kStart);
    EXPECT_EQ(numbers(leaving(direction)), (std::vector<int>{0, 2, 3, 5}));
}

TEST(Faults, EveryNthFrameIsThereTwice) {
    EXPECT_EQ(numbers(six(Fault::duplicate)), (std::vector<int>{0, 1, 2, 2, 3, 4, 5, 5}));
}

TEST(Faults, EveryNthFrameLacksFourBytes) {
    const auto frames = six(Fault::truncate);
    ASSERT_EQ(frames.size(), 6U);
    Frame expected = udp(1, 2);
    expected.resize(60);
    EXPECT_EQ(frames[2], expected);
    EXPECT_EQ(frames[3], udp(1, 3));
}

TEST(Faults, OneBitOfEveryNthFrameIsInverted) {
    const auto frames = six(Fault::flip);
    ASSERT_EQ(frames.size(), 6U);
    EXPECT_EQ(frames[1], udp(1, 1));
    const Frame original = udp(1, 2);
    ASSERT_EQ(frames[2].size(), original.size());
    int bits = 0;
    for (std::size_t i = 0; i < original.size(); ++i) {
        for (unsigned x = original[i] ^ frames[2][i]; x != 0; x >>= 1U)
            bits += static_cast<int>(x & 1U);
    }
    EXPECT_EQ(bits, 1);
}

TEST(Faults, MiscountedFramesArrive) {
    Direction direction({Fault::miscount, 3, {}});
    for (std::uint8_t i = 0; i < 6; ++i) direction.take(udp(1, i), kStart);
    EXPECT_EQ(leaving(direction).size(), 6U);
    EXPECT_EQ(direction.miscounts(), 2U);
    EXPECT_EQ(direction.miscounts(), 0U);
}

TEST(Faults, FlowsChangePlacesAndNoFrameWithinAFlow) {
    Direction direction({Fault::reorder, 3, {}});
    const std::vector<std::uint8_t> flows = {1, 2, 1, 2, 1, 2, 2, 2, 1};
    for (std::uint8_t i = 0; i < flows.size(); ++i) direction.take(udp(flows[i], i), kStart);
    // The sixth waits for another flow, but its own goes on first; the ninth waits until it is
    // late.
    EXPECT_EQ(numbers(leaving(direction)), (std::vector<int>{0, 1, 3, 2, 4, 5, 6, 7}));
    EXPECT_EQ(direction.due(), kStart + kReorderPatience);
    EXPECT_EQ(numbers(leaving(direction, kStart + kReorderPatience)), (std::vector<int>{8}));
    EXPECT_EQ(direction.tally().faults, 1U);
}

TEST(Faults, TheOuterTagIsStripped) {
    Direction direction({Fault::strip_vlan, 1000, {}});
    direction.take(udp(1, 0), kStart);
    direction.take(tagged(udp(1, 1), 0x81, 0), kStart);
    direction.take(tagged(tagged(udp(1, 2), 0x81, 0), 0x88, 0xa8), kStart);
    const auto frames = leaving(direction);
    ASSERT_EQ(frames.size(), 3U);
    EXPECT_EQ(frames[0], udp(1, 0));
    EXPECT_EQ(frames[1], udp(1, 1));
    EXPECT_EQ(frames[2], tagged(udp(1, 2), 0x81, 0));
    EXPECT_EQ(direction.tally().faults, 2U);
}

TEST(Faults, ADelayedFrameIsLate) {
    Direction direction({Fault::delay, 1000, milliseconds(20)});
    direction.take(udp(1, 0), kStart);
    EXPECT_FALSE(direction.next(kStart + milliseconds(19)));
    EXPECT_EQ(direction.due(), kStart + milliseconds(20));
    EXPECT_TRUE(direction.next(kStart + milliseconds(20)));
}

TEST(Faults, AFlowIsItsAddressesProtocolAndPorts) {
    EXPECT_EQ(flow_of(udp(1, 0)), flow_of(udp(1, 9)));
    EXPECT_NE(flow_of(udp(1, 0)), flow_of(udp(2, 0)));
    EXPECT_NE(flow_of(tagged(udp(1, 0), 0x81, 0)), flow_of(tagged(udp(2, 0), 0x81, 0)));
    Frame arp(42);
    arp[12] = 0x08;
    arp[13] = 0x06;
    Frame other = arp;
    other[6] = 1;
    EXPECT_NE(flow_of(arp), flow_of(other));
}

TEST(Faults, FramesOfAnyLengthPass) {
    for (const std::string& name : fault_names()) {
        for (std::size_t size = 0; size < 80; ++size) {
            Direction direction({*fault_named(name), 1, {}});
            Frame frame(size, 0x81);
            if (size > 12) frame[12] = 0x08;
            if (size > 13) frame[13] = 0x00;
            if (size > 14) frame[14] = 0x4f;
            direction.take(frame, kStart);
            EXPECT_EQ(direction.tally().taken, 1U);
            EXPECT_LE(leaving(direction, kStart + kReorderPatience).size(), 2U);
        }
    }
}

}  // namespace
}  // namespace xdpbench::faulty_card
