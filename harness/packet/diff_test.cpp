#include "packet/diff.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "packet/sample_frames_test.h"

namespace xdpbench::packet {
namespace {

std::vector<std::string> lines_of(const std::vector<FieldDifference>& differences) {
    std::vector<std::string> lines;
    lines.reserve(differences.size());
    for (const FieldDifference& difference : differences) {
        lines.push_back(difference.field + ": " + difference.expected + " / " + difference.actual);
    }
    return lines;
}

using Lines = std::vector<std::string>;

TEST(DiffFrames, EqualFramesHaveNone) {
    const Frame frame = frame_of(kIcmpFrame);
    Frame later = frame;
    later.timestamp_ns = 5;
    EXPECT_TRUE(diff_frames(frame, later).empty());
    EXPECT_EQ(describe_difference(frame, later), "");
    EXPECT_TRUE(diff_frames(Frame{}, Frame{}).empty());
}

TEST(DiffFrames, NamesFields) {
    const Frame expected = frame_of(kIcmpFrame);
    Frame actual = expected;
    actual.bytes[5] = 0x56;
    actual.bytes[kIpAt + 8] = 63;
    actual.bytes[kIpAt + 11] = 0x53;
    EXPECT_EQ(lines_of(diff_frames(expected, actual)),
              (Lines{"eth.dst: 52:54:00:ff:ff:55 / 52:54:00:ff:ff:56", "ip.ttl: 64 / 63",
                     "ip.csum: 0xdd52 (right) / 0xdd53 (wrong, should be 0xde52)"}));
}

TEST(DiffFrames, SplitsBytesIntoBitFields) {
    const Frame expected = frame_of(kRichTcpFrame);
    Frame actual = expected;
    actual.bytes[14] ^= 0x21;  // a bit of the priority, and one of the VLAN's number
    EXPECT_EQ(lines_of(diff_frames(expected, actual)),
              (Lines{"vlan.pcp: 5 / 4", "vlan.id: 100 / 356"}));
    EXPECT_EQ(lines_of(diff_frames(expected, actual, {"vlan.pcp"})), (Lines{"vlan.id: 100 / 356"}));
    EXPECT_TRUE(diff_frames(expected, actual, {"vlan"}).empty());
    EXPECT_EQ(diff_frames(expected, actual, {"vlan2", "ip", "tcp", "payload"}).size(), 2U);
}

TEST(DiffFrames, MaskedLayerIsNotItsNestedTwin) {
    const Frame expected = frame_of(kIpipFrame);
    Frame actual = expected;
    actual.bytes[kIpAt + 4] ^= 1;
    actual.bytes[kIpAt + 24] ^= 1;
    EXPECT_EQ(lines_of(diff_frames(expected, actual, {"ip"})), (Lines{"ip2.id: 0x0004 / 0x0104"}));
    EXPECT_EQ(lines_of(diff_frames(expected, actual, {"ip2"})), (Lines{"ip.id: 0x0003 / 0x0103"}));
    EXPECT_TRUE(diff_frames(expected, actual, {"ip.id", "ip2.id"}).empty());
}

TEST(DiffFrames, ShorterFrame) {
    const Frame expected = frame_of(kIcmpFrame);
    Frame actual = expected;
    actual.bytes.resize(39);
    EXPECT_EQ(lines_of(diff_frames(expected, actual)),
              (Lines{"length: 58 bytes / 39 bytes", "icmp.id: 7 / cut off", "icmp.seq: 3 / absent",
                     "payload: 6162636465666768696a6b6c6d6e6f70 / absent"}));
    EXPECT_EQ(lines_of(diff_frames(expected, actual, {"icmp", "payload"})),
              (Lines{"length: 58 bytes / 39 bytes"}))
        << "a mask hides fields, never the length";
}

TEST(DiffFrames, LongerFrame) {
    const Frame expected = frame_of(kIcmpFrame);
    Frame actual = expected;
    actual.bytes.push_back(0);
    EXPECT_EQ(lines_of(diff_frames(expected, actual)), (Lines{"length: 58 bytes / 59 bytes"}));
    EXPECT_EQ(diff_frames(Frame{}, actual).size(), 1U);
    EXPECT_EQ(diff_frames(actual, Frame{}).front().actual, "0 bytes");
}

TEST(DiffFrames, LongPayloadIsToldByItsFirstDifferingByte) {
    Frame expected = frame_of(kIcmpFrame);
    expected.bytes[kIpAt + 2] = 0;  // the packet is as long as the frame
    expected.bytes.resize(200, 0x11);
    expected.bytes[kIpAt + 3] = 186;
    Frame actual = expected;
    actual.bytes[100] = 0x12;
    EXPECT_EQ(lines_of(diff_frames(expected, actual)),
              (Lines{"payload: 0x11 at byte 100 / 0x12 at byte 100"}));
    actual.bytes[150] = 0x12;
    EXPECT_EQ(lines_of(diff_frames(expected, actual)),
              (Lines{"payload: 0x11 at byte 100 / 0x12 at byte 100, 2 bytes differ in all"}));
    actual = expected;
    actual.bytes.resize(180);
    EXPECT_EQ(lines_of(diff_frames(expected, actual)),
              (Lines{"length: 200 bytes / 180 bytes",
                     "payload: 0x11 at byte 180 / absent from byte 180 on"}));
}

TEST(DiffFrames, OtherLayeringIsComparedByPlace) {
    const Frame expected = frame_of(kUdpFrame);
    Frame actual = expected;
    actual.bytes[12] = 0x86;
    actual.bytes[13] = 0xdd;
    actual.bytes[kIpAt] = 0x60;
    const std::vector<std::string> lines = lines_of(diff_frames(expected, actual));
    EXPECT_EQ(lines,
              (Lines{"eth.type: 0x0800 (IPv4) / 0x86dd (IPv6)",
                     "ip.version: 4 / 0x6 (there payload)", "ip.ihl: 5 / 0x0 (there payload)"}));
}

TEST(DiffFrames, SamePlaceUnderAnotherName) {
    const Frame expected = frame_of(kRichTcpFrame);
    Frame actual = expected;
    actual.bytes[31] = 17;     // UDP
    actual.bytes[47] ^= 0x01;  // its source port
    EXPECT_EQ(lines_of(diff_frames(expected, actual)),
              (Lines{"ip.proto: 6 (TCP) / 17 (UDP)", "tcp.sport: 1234 / 1235 (there udp.sport)"}));
}

// The brute-force truth: without a mask there is a difference if and only if a byte differs, and a
// mask of a field hides exactly the changes inside it.
TEST(DiffFrames, EveryFlippedBitIsFoundAndMaskedByItsField) {
    for (const std::string_view hex : kSampleFrames) {
        const Frame expected = frame_of(hex);
        for (std::size_t bit = 0; bit < expected.bytes.size() * 8; ++bit) {
            Frame actual = expected;
            actual.bytes[bit / 8] =
                static_cast<std::uint8_t>(actual.bytes[bit / 8] ^ (0x80U >> (bit % 8)));
            const std::vector<FieldDifference> differences = diff_frames(expected, actual);
            ASSERT_EQ(differences.size(), 1U) << hex << " bit " << bit;
            ASSERT_TRUE(check_mask({differences[0].field})) << differences[0].field;
            ASSERT_TRUE(diff_frames(expected, actual, {differences[0].field}).empty());
        }
    }
}

TEST(DiffFrames, RandomPairsOfAnyLength) {
    std::mt19937 random(2);  // NOLINT(cert-msc51-cpp): the same frames every time
    for (int round = 0; round < 1'000; ++round) {
        Frame expected = frame_of(kSampleFrames[random() % std::size(kSampleFrames)]);
        Frame actual = frame_of(kSampleFrames[random() % std::size(kSampleFrames)]);
        expected.bytes.resize(random() % 120);
        actual.bytes.resize(random() % 120);
        for (int i = 0; i < 3 && !actual.bytes.empty(); ++i) {
            actual.bytes[random() % actual.bytes.size()] = static_cast<std::uint8_t>(random());
        }
        ASSERT_EQ(diff_frames(expected, actual).empty(), expected == actual);
        ASSERT_EQ(describe_difference(expected, actual).empty(), expected == actual);
    }
}

TEST(DescribeDifference, AlignedLinesThenMarkedHex) {
    const Frame expected = frame_of(kIcmpFrame);
    Frame actual = expected;
    actual.bytes[5] = 0x56;
    actual.bytes[kIpAt + 19] = 3;
    EXPECT_EQ(describe_difference(expected, actual),
              "  eth.dst   expected 52:54:00:ff:ff:55   got 52:54:00:ff:ff:56\n"
              "  ip.dst    expected 192.168.1.2         got 192.168.1.3\n"
              "  0000  52 54 00 ff ff 56 52 54 00 00 00 01 08 00 45 00\n"
              "                       ^^\n"
              "  0010  00 2c 1a 2b 00 00 40 01 dd 52 c0 a8 01 01 c0 a8\n"
              "  0020  01 03 08 00 b4 aa 00 07 00 03 61 62 63 64 65 66\n"
              "           ^^\n"
              "  0030  67 68 69 6a 6b 6c 6d 6e 6f 70\n");
    EXPECT_EQ(describe_difference(expected, actual, {"eth.dst", "ip.dst"}), "");
}

TEST(DescribeDifference, MaskedBytesAreNotMarkedAndSurplusOnesAre) {
    const Frame expected = frame_of(kUdpFrame);
    Frame actual = expected;
    actual.bytes[0] = 0x50;
    actual.bytes[6] = 0x50;
    actual.bytes.push_back(0xff);
    EXPECT_EQ(describe_difference(expected, actual, {"eth.dst"}),
              "  length    expected 45 bytes            got 46 bytes\n"
              "  eth.src   expected 52:54:00:00:00:01   got 50:54:00:00:00:01\n"
              "  0000  50 54 00 ff ff 55 50 54 00 00 00 01 08 00 45 00\n"
              "                          ^^\n"
              "  0010  00 1f 00 02 00 00 40 11 66 ca 0a 00 00 01 0a 00\n"
              "  0020  00 02 00 35 14 e9 00 0b 03 53 6f 64 64 ff\n"
              "                                               ^^\n");
}

TEST(DescribeDifference, OfALongFrameOnlyTheRowsAroundDifferences) {
    Frame expected;
    expected.bytes.resize(1500);
    Frame actual = expected;
    actual.bytes[0x200] = 1;
    const std::string text = describe_difference(expected, actual);
    EXPECT_NE(text.find("  ...\n  01f0 "), std::string::npos) << text;
    EXPECT_NE(text.find("  0200  01 00"), std::string::npos) << text;
    EXPECT_NE(text.find("  0210  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n  ...\n"),
              std::string::npos)
        << text;
    EXPECT_EQ(text.find("  0220"), std::string::npos) << text;
}

TEST(CheckMask, FieldsAndLayers) {
    EXPECT_TRUE(check_mask({}));
    EXPECT_TRUE(check_mask(
        {"ip.id", "ip", "ip2", "vlan2.id", "tcp2.options", "icmp6.seq", "payload", "padding"}));
}

TEST(CheckMask, RefusesWhatDissectNeverNames) {
    const Result<void> typo = check_mask({"ip.id", "ip.chsum"});
    ASSERT_FALSE(typo);
    EXPECT_EQ(typo.error().kind, ErrorKind::input);
    EXPECT_EQ(typo.error().what,
              "cannot mask \"ip.chsum\": no field or layer has that name (did you mean ip.csum?)");
    for (const char* const name : {"", "ip.", ".id", "eth2", "length", "IP", "udp3.len"}) {
        EXPECT_FALSE(check_mask({name})) << name;
    }
    EXPECT_NE(check_mask({"checksums"}).error().advice.find("\"ip.id\""), std::string::npos);
}

}  // namespace
}  // namespace xdpbench::packet
