#include "replay/frame_comparison.h"

#include <gtest/gtest.h>

#include "packet/sample_frames_test.h"

namespace xdpbench::replay {
namespace {

using packet::Frame;
using packet::Frames;

Frame udp(std::uint8_t number) {
    Frame frame = packet::frame_of(packet::kUdpFrame);
    frame.bytes[packet::kIpAt + 5] = number;
    return frame;
}

Frame tagged(Frame frame) {
    frame.bytes.insert(frame.bytes.begin() + 12, {0x81, 0, 0, 7});
    return frame;
}

FrameComparison compare(const Frames& expected, const Frames& actual) {
    return compare_frames("received", expected, actual, {});
}

TEST(CompareFrames, NothingIsSaidOfEqualOnes) {
    const FrameComparison same = compare({udp(1), udp(2)}, {udp(1), udp(2)});
    EXPECT_EQ(same.text, "");
    EXPECT_EQ(same.without_tags + same.otherwise_wrong, 0U);
}

TEST(CompareFrames, AFrameThatIsLostIsNamedAndNoOther) {
    const FrameComparison lost = compare({udp(1), udp(2), udp(3)}, {udp(1), udp(3)});
    EXPECT_EQ(lost.text,
              "received: expected 3 frames, got 2\nreceived: 1 frame did not arrive: #1\n");
    EXPECT_EQ(lost.otherwise_wrong, 1U);
}

TEST(CompareFrames, ADuplicateIsTold) {
    const FrameComparison twice = compare({udp(1), udp(2)}, {udp(1), udp(2), udp(2)});
    EXPECT_EQ(twice.text,
              "received: expected 2 frames, got 3\n"
              "received: 1 frame arrived once more than expected: #2\n");
}

TEST(CompareFrames, ADuplicateIsToldWhateverItsMaskedFieldsHold) {
    Frame again = udp(2);
    again.bytes[packet::kIpAt + 8] ^= 1U;  // the time to live
    const Frames expected{udp(1), udp(2)};
    const FrameComparison masked =
        compare_frames("received", expected, {udp(1), udp(2), again}, {"ip.ttl"});
    EXPECT_NE(masked.text.find("1 frame arrived once more than expected: #2"), std::string::npos)
        << masked.text;
    const FrameComparison whole = compare(expected, {udp(1), udp(2), again});
    EXPECT_NE(whole.text.find("1 frame not expected: #2"), std::string::npos) << whole.text;
}

TEST(CompareFrames, AFrameOfOthersIsTold) {
    const FrameComparison other = compare({udp(1)}, {udp(1), packet::frame_of(packet::kArpFrame)});
    EXPECT_NE(other.text.find("1 frame not expected: #1"), std::string::npos) << other.text;
}

TEST(CompareFrames, OrderWithinAFlowIsTold) {
    const FrameComparison order = compare({udp(1), udp(2)}, {udp(2), udp(1)});
    EXPECT_EQ(order.text, "received: 1 frame out of order within their flow: #1\n");
}

TEST(CompareFrames, ADamagedFrameIsShownNextToTheExpectedOne) {
    Frame damaged = udp(2);
    damaged.bytes.back() ^= 1U;
    const FrameComparison wrong = compare({udp(1), udp(2)}, {udp(1), damaged});
    EXPECT_TRUE(wrong.text.starts_with("received #1:\n")) << wrong.text;
    EXPECT_NE(wrong.text.find("payload"), std::string::npos) << wrong.text;
    EXPECT_EQ(wrong.otherwise_wrong, 1U);
}

TEST(CompareFrames, MissingTagsAreToldFromOtherFaults) {
    Frame damaged = udp(3);
    damaged.bytes.back() ^= 1U;
    const FrameComparison mixed = compare({tagged(udp(1)), tagged(tagged(udp(2))), udp(3)},
                                          {udp(1), tagged(udp(2)), damaged});
    EXPECT_EQ(mixed.without_tags, 2U);
    EXPECT_EQ(mixed.otherwise_wrong, 1U);
}

TEST(CompareFrames, OfManyOnlyTheFirstAreShown) {
    Frames expected;
    for (std::uint8_t i = 0; i < 20; ++i) expected.push_back(udp(i));
    const FrameComparison none = compare(expected, {});
    EXPECT_NE(none.text.find("#7 and 12 more"), std::string::npos) << none.text;
    Frames actual = expected;
    for (Frame& frame : actual) frame.bytes.back() ^= 1U;
    const FrameComparison all = compare(expected, actual);
    EXPECT_NE(all.text.find("... and 17 more frames differ"), std::string::npos) << all.text;
    EXPECT_EQ(all.otherwise_wrong, 20U);
}

}  // namespace
}  // namespace xdpbench::replay
