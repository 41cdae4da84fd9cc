#include "qualify/frames.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "packet/dissect.h"

namespace xdpbench::qualify {
namespace {

constexpr net::MacAddress kDevice{2, 0, 0, 0, 0, 1};

// "right" or "wrong" by the tool's own dissector.
packet::Checksum checksum_of(const packet::Frame& frame, const std::string& field) {
    for (const packet::Field& one : packet::dissect(frame))
        if (one.name == field) return one.checksum;
    return packet::Checksum::none;
}

FrameShape shape_of(std::size_t length, std::uint32_t number) {
    FrameShape shape;
    shape.length = length;
    shape.number = number;
    return shape;
}

TEST(QualifyFrames, HaveTheirLengthAndRightChecksums) {
    for (const std::size_t length : {42U, 43U, 60U, 61U, 513U, 1514U, 9014U}) {
        const packet::Frame frame = make_frame(kDevice, shape_of(length, 77));
        EXPECT_EQ(frame.bytes.size(), length);
        EXPECT_TRUE(is_ours(frame));
        EXPECT_EQ(checksum_of(frame, "ip.csum"), packet::Checksum::right) << length;
        EXPECT_EQ(checksum_of(frame, "udp.csum"), packet::Checksum::right) << length;
    }
}

TEST(QualifyFrames, MayHaveAWrongChecksum) {
    FrameShape shape = shape_of(100, 1);
    shape.wrong_checksum = true;
    EXPECT_EQ(checksum_of(make_frame(kDevice, shape), "udp.csum"), packet::Checksum::wrong);
    shape.transport = Transport::tcp;
    EXPECT_EQ(checksum_of(make_frame(kDevice, shape), "tcp.csum"), packet::Checksum::wrong);
    shape.wrong_checksum = false;
    EXPECT_EQ(checksum_of(make_frame(kDevice, shape), "tcp.csum"), packet::Checksum::right);
}

TEST(QualifyFrames, KeepTheirNumberWhereverOneBitIsFlipped) {
    const packet::Frame frame = make_frame(kDevice, shape_of(64, 0x01020304));
    for (std::size_t at = 12; at < frame.bytes.size(); ++at) {
        packet::Frame damaged = frame;
        damaged.bytes[at] ^= 0x10U;
        EXPECT_EQ(number_of(damaged), 0x01020304U) << at;
    }
}

TEST(QualifyFrames, KeepTheirNumberBehindTags) {
    FrameShape shape = shape_of(80, 5);
    shape.tags = {{0x88a8, 7}, {0x8100, 9}};
    EXPECT_EQ(number_of(make_frame(kDevice, shape)), 5U);
    EXPECT_EQ(make_frame(kDevice, shape).bytes.size(), 80U);
}

TEST(QualifyFrames, OnlyShortOnesMayBePadded) {
    const packet::Frame sent = make_frame(kDevice, shape_of(43, 1));
    packet::Frame padded = sent;
    padded.bytes.resize(60);
    EXPECT_TRUE(arrived_as(sent, padded));
    EXPECT_TRUE(arrived_as(sent, sent));
    padded.bytes.resize(64);
    EXPECT_FALSE(arrived_as(sent, padded));
    const packet::Frame longer = make_frame(kDevice, shape_of(100, 1));
    packet::Frame cut = longer;
    cut.bytes.resize(96);
    EXPECT_FALSE(arrived_as(longer, cut));
    EXPECT_EQ(difference(longer, cut), "sent 100 bytes, arrived 96 bytes");
}

TEST(QualifyFrames, DifferencesShowBothSides) {
    const packet::Frame sent = make_frame(kDevice, shape_of(64, 1));
    packet::Frame damaged = sent;
    damaged.bytes[50] ^= 0xffU;
    EXPECT_EQ(difference(sent, damaged),
              "bytes 50-57: sent 00 00 00 01 13 14 15 16, arrived ff 00 00 01 13 14 15 16");
}

}  // namespace
}  // namespace xdpbench::qualify
