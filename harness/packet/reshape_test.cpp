#include "packet/reshape.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "packet/dissect.h"
#include "packet/pcap.h"

namespace xdpbench::packet {
namespace {

Frames fixture(const std::string& name) {
    const auto frames =
        read_frames(std::filesystem::path(XDP_BENCH_SOURCE_DIR) / "pcaps" / (name + ".pcap"));
    return frames ? *frames : Frames{};
}

std::string field(const Frame& frame, const std::string& name) {
    for (const Field& one : dissect(frame)) {
        if (one.name == name) return one.value;
    }
    return "-";
}

// Checksums that dissect(), which shares no code with what is tested, does not find right.
std::string wrong_checksums(const Frame& frame) {
    std::string wrong;
    for (const Field& one : dissect(frame)) {
        const bool checksum = one.name.ends_with(".checksum") || one.name.ends_with(".csum");
        if (checksum && one.value.find("right") == std::string::npos &&
            one.value.find("none") == std::string::npos)
            wrong += one.name + " " + one.value + "; ";
    }
    return wrong;
}

class Sizes : public testing::TestWithParam<const char*> {};

TEST_P(Sizes, LengthsAndChecksumsAreThoseOfTheNewFrame) {
    const Frames frames = fixture(GetParam());
    ASSERT_FALSE(frames.empty());
    for (const std::size_t length : {124U, 252U, 511U, 1020U, 1514U}) {
        for (const Frame& frame : {frames.front(), frames.back()}) {
            const auto grown = resized(frame, length);
            ASSERT_TRUE(grown) << grown.error().text();
            EXPECT_EQ(grown->bytes.size(), length);
            EXPECT_EQ(wrong_checksums(*grown), "");
            EXPECT_EQ(field(*grown, "padding"), "-") << "the packet fills the frame";
            const auto back = resized(*grown, 90);
            ASSERT_TRUE(back) << back.error().text();
            EXPECT_EQ(back->bytes.size(), 90U);
            EXPECT_EQ(wrong_checksums(*back), "");
            EXPECT_EQ(field(*back, "padding"), "-");
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Sizes,
                         testing::Values("icmp_echo_64", "udp_64", "tcp8080_64", "udp6_66",
                                         "ipip_decap_84", "ipip_encap_64"),
                         [](const auto& one) { return std::string(one.param); });

TEST(Reshape, AFrameOfTheSizeStaysAsItIs) {
    for (const Frame& frame : fixture("mixed")) {
        const auto same = resized(frame, frame.bytes.size());
        ASSERT_TRUE(same);
        EXPECT_TRUE(*same == frame);
    }
}

TEST(Reshape, WhatACaptureHasCutOffIsMadeUpFor) {
    const Frame cut = fixture("udp_filtered_64").front();  // 60 bytes of a packet of 92
    for (const std::size_t length : {50U, 61U, 200U}) {
        const auto whole = resized(cut, length);
        ASSERT_TRUE(whole) << whole.error().text();
        EXPECT_EQ(whole->bytes.size(), length);
        EXPECT_EQ(wrong_checksums(*whole), "");
        EXPECT_EQ(field(*whole, "ip.len"), std::to_string(length - 14));
    }
    const auto flow = in_flow(cut, 70'000);
    ASSERT_TRUE(flow) << flow.error().text();
    EXPECT_EQ(flow->bytes.size(), cut.bytes.size());
}

TEST(Reshape, HeadersAreNeverCut) {
    const Frame frame = fixture("udp6_66").front();  // 14 + 40 + 8 bytes of headers
    EXPECT_TRUE(resized(frame, 62));
    const auto cut = resized(frame, 60);
    ASSERT_FALSE(cut);
    EXPECT_NE(cut.error().text().find("its headers alone have 62"), std::string::npos)
        << cut.error().text();
}

TEST(Reshape, AllOfOrdinaryTrafficCanBeReshapedOrSaysWhyNot) {
    for (const Frame& frame : fixture("mixed")) {
        const auto grown = resized(frame, 1514);
        if (grown) {
            EXPECT_EQ(wrong_checksums(*grown), "");
        } else {
            EXPECT_NE(grown.error().what.find("fragment"), std::string::npos)
                << grown.error().text();
        }
    }
}

TEST(Reshape, BrokenFramesAreRefusedOrHarmless) {
    for (const char* const name : {"ip_filter_checks", "icmp_lb_checks", "ipip_decap_checks"}) {
        for (const Frame& frame : fixture(name)) {
            for (const std::size_t length : {14U, 60U, 1514U}) {
                const auto shaped = resized(frame, length);
                if (shaped) {
                    EXPECT_EQ(shaped->bytes.size(), length);
                }
                static_cast<void>(in_flow(frame, 70'000));
            }
        }
    }
}

TEST(Reshape, WithoutIpItIsPaddedButNotCut) {
    Frame frame;
    frame.bytes.resize(60, 7);
    frame.bytes[12] = 0x88;
    frame.bytes[13] = 0xb5;
    const auto padded = resized(frame, 100);
    ASSERT_TRUE(padded);
    EXPECT_EQ(padded->bytes[59], 7);
    EXPECT_EQ(padded->bytes[60], 0);
    EXPECT_FALSE(resized(frame, 40));
    EXPECT_FALSE(in_flow(frame, 1));
}

TEST(Reshape, NoChecksumOverIpv4StaysNone) {
    Frame frame = fixture("udp_64").front();
    frame.bytes[40] = frame.bytes[41] = 0;
    const auto grown = resized(frame, 200);
    ASSERT_TRUE(grown);
    EXPECT_EQ(grown->bytes[40], 0);
    EXPECT_EQ(grown->bytes[41], 0);
    EXPECT_EQ(wrong_checksums(*grown), "");
}

class Flows : public testing::TestWithParam<const char*> {};

TEST_P(Flows, AreDistinctAndValid) {
    const Frame frame = fixture(GetParam()).front();
    Frames frames;
    for (const std::uint32_t flow :
         {0U, 1U, 2U, 63U, 64'511U, 64'512U, 65'535U, 65'536U, 130'000U}) {
        const auto changed = in_flow(frame, flow);
        ASSERT_TRUE(changed) << changed.error().text();
        EXPECT_EQ(changed->bytes.size(), frame.bytes.size());
        EXPECT_EQ(wrong_checksums(*changed), "") << flow;
        EXPECT_EQ(field(*changed, "ip.dst"), field(frame, "ip.dst"));
        EXPECT_EQ(field(*changed, "tcp.dport"), field(frame, "tcp.dport"));
        frames.push_back(*changed);
    }
    EXPECT_EQ(count_flows(frames), frames.size());
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Flows,
                         testing::Values("icmp_echo_64", "udp_64", "tcp8080_64", "udp6_66",
                                         "ipip_decap_84"),
                         [](const auto& one) { return std::string(one.param); });

TEST(Reshape, TheSourceAddressStaysAsLongAsThePortsSuffice) {
    const Frame frame = fixture("udp_64").front();
    const auto near = in_flow(frame, 100);
    ASSERT_TRUE(near);
    EXPECT_EQ(field(*near, "ip.src"), field(frame, "ip.src"));
    EXPECT_EQ(field(*near, "udp.sport"), "1124");
    const auto far = in_flow(frame, 64'512 + 5);
    ASSERT_TRUE(far);
    EXPECT_EQ(field(*far, "ip.src"), "198.18.0.1");
    EXPECT_EQ(field(*far, "udp.sport"), "1029");
}

TEST(Reshape, AddressesAloneSufficeForSoManyFlows) {
    const Frame frame = fixture("ipip_decap_84").front();
    EXPECT_TRUE(in_flow(frame, kFlowsByAddress - 1));
    EXPECT_FALSE(in_flow(frame, kFlowsByAddress));
}

TEST(Reshape, AChecksumOfUdpNeverBecomesNone) {
    const Frame frame = fixture("udp_64").front();
    bool seen = false;
    for (std::uint32_t flow = 0; flow < 64'512; ++flow) {  // of all ports one makes the sum 0
        const auto changed = in_flow(frame, flow);
        ASSERT_TRUE(changed);
        ASSERT_FALSE(changed->bytes[40] == 0 && changed->bytes[41] == 0) << flow;
        seen = seen || (changed->bytes[40] == 0xff && changed->bytes[41] == 0xff);
    }
    EXPECT_TRUE(seen);
}

TEST(Reshape, FlowsAreCounted) {
    EXPECT_EQ(count_flows({}), 0U);
    EXPECT_EQ(count_flows(fixture("icmp_echo_64")), 64U);
}

TEST(Resized, AFragmentHasNoOtherSize) {
    Frame fragment = fixture("udp_64").front();
    fragment.bytes[20] = 0x20;  // more fragments follow
    for (const std::size_t length : {60U, 124U, 1514U}) {
        const auto grown = resized(fragment, length);
        if (length == fragment.bytes.size()) {
            EXPECT_TRUE(grown);
            continue;
        }
        ASSERT_FALSE(grown);
        EXPECT_NE(grown.error().what.find("it is a fragment"), std::string::npos)
            << grown.error().what;
        EXPECT_NE(grown.error().advice.find("cannot be resized to any length"), std::string::npos)
            << grown.error().advice;
    }
    const auto too_short = resized(fixture("udp_64").front(), 20);
    ASSERT_FALSE(too_short);
    EXPECT_EQ(too_short.error().advice, "") << "a larger one helps";
}

}  // namespace
}  // namespace xdpbench::packet
