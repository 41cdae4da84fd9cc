#include "packet/dissect.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "packet/sample_frames_test.h"

namespace xdpbench::packet {
namespace {

std::string value_of(const Frame& frame, std::string_view name) {
    for (const Field& field : dissect(frame)) {
        if (field.name == name) return field.value;
    }
    return "(no such field)";
}

std::string text_of(const Frame& frame) {
    std::string text;
    for (const Field& field : dissect(frame)) text += field.name + "=" + field.value + "\n";
    return text;
}

// Every bit exactly once, in order, under names that dissect() admits to, each of them once.
void expect_covers_every_bit_once(const Frame& frame) {
    static const std::vector<std::string> known = field_names();
    std::size_t next = 0;
    std::set<std::string> seen;
    for (const Field& field : dissect(frame)) {
        ASSERT_EQ(field.bit_offset, next) << field.name;
        ASSERT_GT(field.bit_length, 0U) << field.name;
        ASSERT_FALSE(field.value.empty()) << field.name;
        ASSERT_TRUE(seen.insert(field.name).second) << field.name << " twice";
        ASSERT_NE(std::find(known.begin(), known.end(), field.name), known.end()) << field.name;
        ASSERT_LE(field.bit_length, frame.bytes.size() * 8 - next) << field.name;
        next += field.bit_length;
    }
    ASSERT_EQ(next, frame.bytes.size() * 8);
}

TEST(Dissect, Icmp) {
    EXPECT_EQ(text_of(frame_of(kIcmpFrame)),
              "eth.dst=52:54:00:ff:ff:55\n"
              "eth.src=52:54:00:00:00:01\n"
              "eth.type=0x0800 (IPv4)\n"
              "ip.version=4\n"
              "ip.ihl=5\n"
              "ip.tos=0x00\n"
              "ip.len=44\n"
              "ip.id=0x1a2b\n"
              "ip.flags=none\n"
              "ip.frag=0\n"
              "ip.ttl=64\n"
              "ip.proto=1 (ICMP)\n"
              "ip.csum=0xdd52 (right)\n"
              "ip.src=192.168.1.1\n"
              "ip.dst=192.168.1.2\n"
              "icmp.type=8\n"
              "icmp.code=0\n"
              "icmp.csum=0xb4aa (right)\n"
              "icmp.id=7\n"
              "icmp.seq=3\n"
              "payload=6162636465666768696a6b6c6d6e6f70\n");
}

TEST(Dissect, TwoVlanTagsIpOptionsTcpOptions) {
    EXPECT_EQ(text_of(frame_of(kRichTcpFrame)),
              "eth.dst=52:54:00:ff:ff:55\n"
              "eth.src=52:54:00:00:00:01\n"
              "eth.type=0x88a8 (service VLAN)\n"
              "vlan.pcp=5\n"
              "vlan.dei=0\n"
              "vlan.id=100\n"
              "vlan.type=0x8100 (VLAN)\n"
              "vlan2.pcp=0\n"
              "vlan2.dei=1\n"
              "vlan2.id=42\n"
              "vlan2.type=0x0800 (IPv4)\n"
              "ip.version=4\n"
              "ip.ihl=6\n"
              "ip.tos=0x10\n"
              "ip.len=57\n"
              "ip.id=0x0001\n"
              "ip.flags=DF\n"
              "ip.frag=0\n"
              "ip.ttl=64\n"
              "ip.proto=6 (TCP)\n"
              "ip.csum=0x91a7 (right)\n"
              "ip.src=10.0.0.1\n"
              "ip.dst=10.0.0.2\n"
              "ip.options=94040000\n"
              "tcp.sport=1234\n"
              "tcp.dport=80\n"
              "tcp.seq=16909060\n"
              "tcp.ack=84281096\n"
              "tcp.offset=7\n"
              "tcp.reserved=0\n"
              "tcp.flags=SYN|ACK\n"
              "tcp.window=8192\n"
              "tcp.csum=0xf6f8 (right)\n"
              "tcp.urgent=0\n"
              "tcp.options=020405b401030307\n"
              "payload=68656c6c6f\n");
}

TEST(Dissect, UdpOverIpv6) {
    EXPECT_EQ(text_of(frame_of(kUdp6Frame)),
              "eth.dst=52:54:00:ff:ff:55\n"
              "eth.src=52:54:00:00:00:01\n"
              "eth.type=0x86dd (IPv6)\n"
              "ip6.version=6\n"
              "ip6.tclass=0xb8\n"
              "ip6.flow=0x12345\n"
              "ip6.len=11\n"
              "ip6.next=17 (UDP)\n"
              "ip6.hops=64\n"
              "ip6.src=2001:db8::1\n"
              "ip6.dst=2001:db8::2\n"
              "udp.sport=53\n"
              "udp.dport=5353\n"
              "udp.len=11\n"
              "udp.csum=0xbbe0 (right)\n"
              "payload=6f6464\n");
}

TEST(Dissect, Arp) {
    Frame frame = frame_of(kArpFrame);
    frame.bytes.resize(60);
    const std::string text = text_of(frame);
    EXPECT_NE(text.find("arp.htype=1\n"
                        "arp.ptype=0x0800 (IPv4)\n"
                        "arp.hlen=6\n"
                        "arp.plen=4\n"
                        "arp.op=1\n"
                        "arp.sha=52:54:00:00:00:01\n"
                        "arp.spa=192.168.1.1\n"
                        "arp.tha=00:00:00:00:00:00\n"
                        "arp.tpa=192.168.1.2\n"
                        "padding=bytes 42-59\n"),
              std::string::npos)
        << text;
    frame.bytes[kIpAt + 4] = 8;  // hardware addresses that are not Ethernet's
    EXPECT_EQ(value_of(frame, "arp.sha"), "(no such field)");
    EXPECT_EQ(value_of(frame, "payload"), "bytes 22-59");
}

TEST(Dissect, IpInIp) {
    const Frame frame = frame_of(kIpipFrame);
    EXPECT_EQ(value_of(frame, "ip.dst"), "10.0.0.2");
    EXPECT_EQ(value_of(frame, "ip.proto"), "4 (IPv4)");
    EXPECT_EQ(value_of(frame, "ip2.dst"), "10.1.0.2");
    EXPECT_EQ(value_of(frame, "ip2.csum"), "0x66c7 (right)");
    EXPECT_EQ(value_of(frame, "udp2.dport"), "5353");
    EXPECT_EQ(value_of(frame, "udp2.csum"), "0x6d49 (right)");
    EXPECT_EQ(value_of(frame, "udp.dport"), "(no such field)");
}

TEST(Dissect, ThirdIpHeaderIsPayload) {
    Frame frame = frame_of(kIpipFrame);
    const std::vector<std::uint8_t> outer(frame.bytes.begin() + kIpAt,
                                          frame.bytes.begin() + kIpAt + 20);
    frame.bytes.insert(frame.bytes.begin() + kIpAt, outer.begin(), outer.end());
    frame.bytes[kIpAt + 3] = 70;
    ASSERT_NO_FATAL_FAILURE(expect_covers_every_bit_once(frame));
    EXPECT_EQ(value_of(frame, "ip2.proto"), "4 (IPv4)");
    EXPECT_EQ(value_of(frame, "udp2.sport"), "(no such field)");
    EXPECT_EQ(value_of(frame, "payload"), "bytes 54-83");
}

TEST(Dissect, PaddingBehindThePacket) {
    Frame frame = frame_of(kUdpFrame);
    frame.bytes.resize(60, 0xee);
    EXPECT_EQ(value_of(frame, "payload"), "6f6464");
    EXPECT_EQ(value_of(frame, "padding"), "eeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
    EXPECT_EQ(value_of(frame, "udp.csum"), "0x0353 (right)");
    frame = frame_of(kIcmp6Frame);
    frame.bytes.push_back(0);
    EXPECT_EQ(value_of(frame, "payload"), "78");
    EXPECT_EQ(value_of(frame, "padding"), "00");
    EXPECT_EQ(value_of(frame, "icmp6.csum"), "0xac39 (right)");
}

TEST(Dissect, ChecksumsThatScapyWroteAreRight) {
    for (const std::string_view hex : kSampleFrames) {
        const std::string text = text_of(frame_of(hex));
        EXPECT_EQ(text.find("wrong"), std::string::npos) << text;
        EXPECT_EQ(text.find("(right)") == std::string::npos, hex == kArpFrame) << text;
    }
    EXPECT_EQ(value_of(frame_of(kTcp6Frame), "tcp.csum"), "0xbc6a (right)");
    EXPECT_EQ(value_of(frame_of(kTcp6Frame), "tcp.flags"), "FIN");
}

TEST(Dissect, WrongChecksumsSayWhatTheyShouldBe) {
    Frame frame = frame_of(kIcmpFrame);
    frame.bytes[kIpAt + 10] = 0x12;
    frame.bytes[kIpAt + 11] = 0x34;
    frame.bytes[kIpAt + 22] = 0;
    frame.bytes[kIpAt + 23] = 0;
    EXPECT_EQ(value_of(frame, "ip.csum"), "0x1234 (wrong, should be 0xdd52)");
    EXPECT_EQ(value_of(frame, "icmp.csum"), "0x0000 (wrong, should be 0xb4aa)");
}

TEST(Dissect, PseudoHeaderCounts) {
    Frame frame = frame_of(kUdpFrame);
    frame.bytes[kIpAt + 19] = 3;  // another destination
    EXPECT_EQ(value_of(frame, "udp.csum"), "0x0353 (wrong, should be 0x0352)");
    EXPECT_EQ(value_of(frame, "ip.csum"), "0x66ca (wrong, should be 0x66c9)");
}

TEST(Dissect, UdpWithoutChecksum) {
    Frame frame = frame_of(kUdpFrame);
    frame.bytes[kIpAt + 26] = frame.bytes[kIpAt + 27] = 0;
    EXPECT_EQ(value_of(frame, "udp.csum"), "0x0000 (none)");
    frame = frame_of(kUdp6Frame);  // IPv6 does not allow that
    frame.bytes[kIpAt + 46] = frame.bytes[kIpAt + 47] = 0;
    EXPECT_EQ(value_of(frame, "udp.csum"), "0x0000 (wrong, should be 0xbbe0)");
}

TEST(Dissect, UdpSumOfZeroIsWrittenAsOnes) {
    Frame frame = frame_of(kUdpFrame);
    // Moves the missing part of the sum into the source port, so that the checksum would be 0.
    const unsigned sport = 53 + 0x0353;
    frame.bytes[kIpAt + 20] = static_cast<std::uint8_t>(sport >> 8);
    frame.bytes[kIpAt + 21] = static_cast<std::uint8_t>(sport & 0xff);
    frame.bytes[kIpAt + 26] = 0x11;
    EXPECT_EQ(value_of(frame, "udp.csum"), "0x1153 (wrong, should be 0xffff)");
}

TEST(Dissect, FragmentsHaveNoSegmentToJudge) {
    Frame frame = frame_of(kUdpFrame);
    frame.bytes[kIpAt + 6] = 0x20;  // the first of several
    EXPECT_EQ(value_of(frame, "ip.flags"), "MF");
    EXPECT_EQ(value_of(frame, "udp.csum"), "0x0353");
    frame.bytes[kIpAt + 6] = 0;
    frame.bytes[kIpAt + 7] = 185;  // a later one
    EXPECT_EQ(value_of(frame, "ip.frag"), "185 (byte 1480)");
    EXPECT_EQ(value_of(frame, "udp.sport"), "(no such field)");
    EXPECT_EQ(value_of(frame, "payload"), "003514e9000b03536f6464");
}

TEST(Dissect, TruncatedSegmentIsNotJudged) {
    Frame frame = frame_of(kUdpFrame);
    frame.bytes.pop_back();
    EXPECT_EQ(value_of(frame, "ip.csum"), "0x66ca (right)");
    EXPECT_EQ(value_of(frame, "udp.csum"), "0x0353");
}

TEST(Dissect, ImpossibleLengthsAreNotFollowed) {
    Frame frame = frame_of(kUdpFrame);
    frame.bytes[kIpAt + 3] = 10;  // shorter than the header it stands in
    EXPECT_EQ(value_of(frame, "payload"), "6f6464");
    EXPECT_EQ(value_of(frame, "udp.csum"), "0x0353");
    frame = frame_of(kUdpFrame);
    for (const int length : {7, 12}) {  // udp.len: less than its header, more than its packet
        frame.bytes[kIpAt + 25] = static_cast<std::uint8_t>(length);
        EXPECT_EQ(value_of(frame, "udp.csum"), "0x0353");
    }
    frame = frame_of(kUdpFrame);
    frame.bytes[kIpAt] = 0x44;  // ip.ihl
    EXPECT_EQ(value_of(frame, "ip.ttl"), "(no such field)");
    EXPECT_EQ(value_of(frame, "payload"), "bytes 14-44");
}

TEST(Dissect, IcmpWithoutIdHasARest) {
    Frame frame = frame_of(kIcmpFrame);
    frame.bytes[kIpAt + 20] = 3;  // destination unreachable
    EXPECT_EQ(value_of(frame, "icmp.rest"), "0x00070003");
    EXPECT_EQ(value_of(frame, "icmp.id"), "(no such field)");
}

TEST(Dissect, UnknownTypeAndShortFramesArePayload) {
    EXPECT_TRUE(dissect(Frame{}).empty());
    EXPECT_EQ(text_of(frame_of("0102")), "payload=0102\n");
    Frame frame = frame_of(kIcmpFrame);
    frame.bytes[12] = 0x12;
    EXPECT_EQ(value_of(frame, "eth.type"), "0x1200");
    EXPECT_EQ(value_of(frame, "payload"), "bytes 14-57");
    frame.bytes[12] = 0x08;
    frame.bytes[kIpAt] = 0x65;  // IPv6 where the type says IPv4
    EXPECT_EQ(value_of(frame, "payload"), "bytes 14-57");
}

TEST(Dissect, EveryLengthOfEveryFrameIsCovered) {
    for (const std::string_view hex : kSampleFrames) {
        Frame whole = frame_of(hex);
        whole.bytes.resize(whole.bytes.size() + 20, 0xaa);
        for (auto end = whole.bytes.begin(); end <= whole.bytes.end(); ++end) {
            // A copy without spare room: reading behind its end is a finding of AddressSanitizer.
            const Frame frame{.bytes = std::vector<std::uint8_t>(whole.bytes.begin(), end)};
            SCOPED_TRACE(frame.bytes.size());
            ASSERT_NO_FATAL_FAILURE(expect_covers_every_bit_once(frame));
        }
    }
}

// Lengths, types and versions that lie: the values that mean something somewhere, and single bits.
TEST(Dissect, EveryByteOfEveryFrameChanged) {
    const std::vector<std::uint8_t> values{0x00, 0x01, 0x04, 0x06, 0x08, 0x11,
                                           0x3a, 0x44, 0x45, 0x4f, 0x60, 0xff};
    for (const std::string_view hex : kSampleFrames) {
        const Frame good = frame_of(hex);
        for (std::size_t i = 12; i < good.bytes.size(); ++i) {
            SCOPED_TRACE(testing::Message() << hex << " byte " << i);
            Frame frame = good;
            for (const std::uint8_t value : values) {
                frame.bytes[i] = value;
                ASSERT_NO_FATAL_FAILURE(expect_covers_every_bit_once(frame));
            }
            for (unsigned bit = 0; bit < 8; ++bit) {
                frame.bytes[i] = static_cast<std::uint8_t>(good.bytes[i] ^ (1U << bit));
                ASSERT_NO_FATAL_FAILURE(expect_covers_every_bit_once(frame));
            }
        }
    }
}

TEST(Dissect, RandomBytesAreCovered) {
    std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same frames every time
    const std::vector<std::vector<std::uint8_t>> types{{0x08, 0x00}, {0x86, 0xdd}, {0x81, 0x00},
                                                       {0x08, 0x06}, {0x88, 0xa8}, {}};
    for (int round = 0; round < 5'000; ++round) {
        Frame frame{.bytes = std::vector<std::uint8_t>(random() % 130)};
        for (std::uint8_t& byte : frame.bytes) byte = static_cast<std::uint8_t>(random());
        const auto& type = types[random() % types.size()];
        if (frame.bytes.size() > kIpAt) {
            std::copy(type.begin(), type.end(), frame.bytes.begin() + 12);
            if (random() % 4 != 0)
                frame.bytes[kIpAt] = type.size() == 2 && type[0] == 0x86 ? 0x60 : 0x45;
        }
        SCOPED_TRACE(to_hex(frame.bytes));
        ASSERT_NO_FATAL_FAILURE(expect_covers_every_bit_once(frame));
    }
}

TEST(FieldNames, AreThoseOfTheSamplesAndEachOnce) {
    const std::vector<std::string> names = field_names();
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
    for (const std::string_view name :
         {"eth.dst", "vlan2.id", "arp.tpa", "ip.options", "ip2.id", "icmp.rest", "icmp6.seq",
          "tcp.options", "tcp2.flags", "udp2.csum", "payload", "padding"}) {
        EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
    }
}

}  // namespace
}  // namespace xdpbench::packet
