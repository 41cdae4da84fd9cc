#include "packet/expected.h"

#include <gtest/gtest.h>

#include "packet/dissect.h"
#include "packet/sample_frames_test.h"

namespace xdpbench::packet {
namespace {

FrameExpectation expect_field(const std::string& name, const std::string& text) {
    FrameExpectation expectation;
    const auto field = parse_expected_field(name, text);
    EXPECT_TRUE(field) << field.error().text();
    if (field) expectation.fields.push_back(*field);
    return expectation;
}

// "" if the frame has the value, else "field: expected, actual".
std::string differing(const FrameExpectation& expectation, const Frame& frame) {
    std::string text;
    for (const FieldDifference& one : differences_from(expectation, frame))
        text += one.field + ": " + one.expected + ", " + one.actual + "\n";
    return text;
}

std::string refusal(const std::string& name, const std::string& text) {
    const auto field = parse_expected_field(name, text);
    return field ? "" : field.error().text();
}

FrameExpectation right_checksums() {
    FrameExpectation expectation;
    expectation.checksums = true;
    return expectation;
}

TEST(Expected, FieldsOfEveryKindHoldAsTheyAreWritten) {
    const Frame tcp = frame_of(kRichTcpFrame);
    for (const auto& [name, text] :
         std::vector<std::pair<std::string, std::string>>{{"eth.dst", "52:54:00:FF:ff:55"},
                                                          {"eth.type", "service VLAN"},
                                                          {"eth.type", "0x88a8"},
                                                          {"vlan.pcp", "5"},
                                                          {"vlan2.id", "42"},
                                                          {"ip.ihl", "6"},
                                                          {"ip.flags", "DF"},
                                                          {"ip.proto", "TCP"},
                                                          {"ip.proto", "6"},
                                                          {"ip.src", "10.0.0.1"},
                                                          {"ip.options", "hex: 94 04 00 00"},
                                                          {"tcp.flags", "ACK|SYN"},
                                                          {"tcp.flags", "0x12"},
                                                          {"tcp.csum", "0xf6f8"},
                                                          {"payload", "hex:68656c6c6f"},
                                                          {"udp.dport", "absent"},
                                                          {"padding", "absent"}}) {
        EXPECT_EQ(differing(expect_field(name, text), tcp), "") << name;
    }
    EXPECT_EQ(differing(expect_field("ip6.dst", "2001:db8::2"), frame_of(kUdp6Frame)), "");
    EXPECT_EQ(differing(expect_field("ip.flags", "none"), frame_of(kUdpFrame)), "");
    EXPECT_EQ(differing(expect_field("ip2.dst", "10.1.0.2"), frame_of(kIpipFrame)), "");
}

TEST(Expected, WhatIsOtherwiseIsSaidWithBothValues) {
    const Frame udp = frame_of(kUdpFrame);
    EXPECT_EQ(differing(expect_field("ip.ttl", "63"), udp), "ip.ttl: 63, 64\n");
    EXPECT_EQ(differing(expect_field("tcp.dport", "80"), udp), "tcp.dport: 80, absent\n");
    EXPECT_EQ(differing(expect_field("udp.dport", "absent"), udp), "udp.dport: absent, 5353\n");
    EXPECT_EQ(differing(expect_field("payload", "hex:6f6465"), udp),
              "payload: hex:6f6465, 6f6464\n");
    FrameExpectation length;
    length.length = 60;
    EXPECT_EQ(differing(length, udp), "length: 60 bytes, 45 bytes\n");
}

TEST(Expected, RefusesWhatIsNoFieldOrNoValueOfIt) {
    EXPECT_NE(refusal("ip.tll", "63").find("did you mean ip.ttl?"), std::string::npos);
    EXPECT_NE(refusal("ip", "63"), "");
    EXPECT_NE(refusal("arp2.op", "1"), "");
    EXPECT_NE(refusal("ip.ttl", "256").find("a number of 8 bits"), std::string::npos);
    EXPECT_NE(refusal("vlan.id", "4096"), "");
    EXPECT_NE(refusal("ip.ttl", "-1"), "");
    EXPECT_NE(refusal("ip.ttl", "sixty"), "");
    EXPECT_NE(refusal("eth.dst", "1").find("a MAC address"), std::string::npos);
    EXPECT_NE(refusal("ip.dst", "300.0.0.1").find("an IPv4 address"), std::string::npos);
    EXPECT_NE(refusal("ip6.dst", "10.0.0.1").find("an IPv6 address"), std::string::npos);
    EXPECT_NE(refusal("tcp.flags", "SYN|ACT").find("FIN, SYN"), std::string::npos);
    EXPECT_NE(refusal("payload", "hello").find("hex:"), std::string::npos);
    EXPECT_NE(refusal("payload", "hex:"), "");
}

TEST(Expected, ChecksumsOfEveryLayerAreVerified) {
    for (const std::string_view hex :
         {kIcmpFrame, kRichTcpFrame, kUdpFrame, kUdp6Frame, kIcmp6Frame, kTcp6Frame, kIpipFrame}) {
        Frame frame = frame_of(hex);
        EXPECT_EQ(differing(right_checksums(), frame), "") << hex;
        frame.bytes.back() ^= 1;
        EXPECT_NE(differing(right_checksums(), frame), "") << hex;
    }
    Frame frame = frame_of(kIcmpFrame);
    frame.bytes[22] = 63;  // the time to live, without a new checksum
    EXPECT_EQ(differing(right_checksums(), frame),
              "ip.csum: 0xde52, 0xdd52 (wrong, should be 0xde52)\n");
    Frame inner = frame_of(kIpipFrame);
    inner.bytes[42] = 63;
    EXPECT_NE(differing(right_checksums(), inner).find("ip2.csum"), std::string::npos);
}

TEST(Expected, ChecksumsThatCannotBeJudgedAreNotTakenForRight) {
    EXPECT_EQ(differing(right_checksums(), frame_of(kArpFrame)),
              "checksums: at least one, none that can be judged\n");
    Frame cut = frame_of(kUdpFrame);
    cut.bytes.pop_back();
    EXPECT_NE(differing(right_checksums(), cut).find("its lengths do not fit"), std::string::npos);
    Frame longer = frame_of(kUdpFrame);
    longer.bytes[39] = 12;  // the UDP length, beyond the packet
    EXPECT_NE(differing(right_checksums(), longer).find("udp.csum"), std::string::npos);
}

TEST(Expected, UnusedChecksumsAndThoseOfFragmentsArePassedOver) {
    Frame none = frame_of(kUdpFrame);
    none.bytes[40] = none.bytes[41] = 0;
    EXPECT_EQ(differing(right_checksums(), none), "");
    // The same as a first fragment, its IP checksum made right again.
    FrameExpectation more = expect_field("ip.flags", "MF");
    more.checksums = true;
    const auto fragment = corrected(more, frame_of(kUdpFrame));
    ASSERT_TRUE(fragment);
    EXPECT_EQ(differing(right_checksums(), *fragment), "");
}

TEST(Expected, TheFrameThatWouldDoDiffersInWhatIsExpectedOnly) {
    FrameExpectation expectation = expect_field("ip.ttl", "63");
    expectation.checksums = true;
    Frame wanted = frame_of(kIcmpFrame);
    wanted.bytes[22] = 63;
    wanted.bytes[24] = 0xde;
    EXPECT_EQ(corrected(expectation, frame_of(kIcmpFrame)), wanted);
    EXPECT_FALSE(corrected(expect_field("tcp.dport", "80"), frame_of(kUdpFrame)));
    EXPECT_FALSE(corrected(expect_field("payload", "hex:01"), frame_of(kUdpFrame)));
    expectation.length = 61;
    EXPECT_FALSE(corrected(expectation, frame_of(kIcmpFrame)));
}

TEST(Expected, TheValueThatAFieldHasIsTakenBack) {
    for (const std::string_view hex : kSampleFrames) {
        const Frame frame = frame_of(hex);
        for (const Field& field : dissect(frame)) {
            const std::string text = field_value(field.name, frame);
            const auto expected = parse_expected_field(field.name, text);
            ASSERT_TRUE(expected) << expected.error().text();
            EXPECT_TRUE(differences_from({{*expected}, false, {}}, frame).empty())
                << field.name << ": " << text;
        }
    }
    EXPECT_EQ(field_value("tcp.dport", frame_of(kUdpFrame)), "absent");
}

TEST(ExpectedLength, ShorterAndLongerDiffer) {
    FrameExpectation expected;
    expected.length = 60;
    const auto of = [](std::size_t bytes) { return Frame{std::vector<std::uint8_t>(bytes), 0}; };
    EXPECT_TRUE(differences_from(expected, of(60)).empty());
    EXPECT_EQ(differences_from(expected, of(59)).size(), 1U);
    EXPECT_EQ(differences_from(expected, of(61)).size(), 1U);
}

}  // namespace
}  // namespace xdpbench::packet
