#include "packet/pcap.h"

#include <gtest/gtest.h>
#include <pcap/pcap.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "packet/capture_fixture_test.h"

namespace xdpbench::packet {
namespace {

namespace fs = std::filesystem;

Frames sample_frames() {
    Frames frames;
    for (const std::string_view hex : kSampleFrames) {
        frames.push_back(frame_of(hex));
        frames.back().timestamp_ns = 1'700'000'000'000'000'001 + frames.size();
    }
    return frames;
}

std::string content_of(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

TEST_F(PcapTest, WhatIsWrittenIsReadBack) {
    const Frames frames = sample_frames();
    ASSERT_TRUE(write_frames(file(), frames));
    const Frames read = read_frames(file()).value();
    ASSERT_EQ(read, frames);
    for (std::size_t i = 0; i < frames.size(); ++i)
        EXPECT_EQ(read[i].timestamp_ns, frames[i].timestamp_ns);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1)
        << "nothing is left beside the file";
}

TEST_F(PcapTest, WritingIsByteForByte) {
    FileBytes bytes = pcap_header(Order::little, kNanoseconds);
    add_record(bytes, 1, 2, frame_of(kUdpFrame), 45, 45);
    Frame frame = frame_of(kUdpFrame);
    frame.timestamp_ns = 1'000'000'002;
    ASSERT_TRUE(write_frames(file(), {frame}));
    EXPECT_EQ(content_of(file()), bytes.text());
}

TEST_F(PcapTest, NoFramesAndTheLongestFrame) {
    ASSERT_TRUE(write_frames(file(), {}));
    EXPECT_TRUE(read_frames(file()).value().empty());
    const Frames longest{Frame{.bytes = std::vector<std::uint8_t>(262'144, 7)}};
    ASSERT_TRUE(write_frames(file(), longest));
    EXPECT_EQ(read_frames(file()).value(), longest);
}

TEST_F(PcapTest, RefusesToWriteWhatCouldNotBeReadAgain) {
    const auto refused = [&](const Frame& frame) {
        const Result<void> written = write_frames(file(), {frame_of(kUdpFrame), frame});
        return !written && written.error().what.find("frame 1 ") != std::string::npos &&
               !fs::exists(file());
    };
    EXPECT_TRUE(refused(Frame{.bytes = std::vector<std::uint8_t>(13)}));
    EXPECT_TRUE(refused(Frame{.bytes = std::vector<std::uint8_t>(262'145)}));
    EXPECT_TRUE(
        refused(Frame{.bytes = std::vector<std::uint8_t>(60), .timestamp_ns = ~std::uint64_t{0}}));
    EXPECT_FALSE(write_frames(folder_, {}));
}

TEST_F(PcapTest, StampsAfter2038) {
    Frame frame = frame_of(kUdpFrame);
    frame.timestamp_ns = 4'000'000'000'000'000'009;
    ASSERT_TRUE(write_frames(file(), {frame}));
    EXPECT_EQ(read_frames(file()).value().front().timestamp_ns, frame.timestamp_ns);
}

TEST_F(PcapTest, EveryKindOfPcap) {
    for (const Order order : {Order::little, Order::big}) {
        for (const std::uint32_t magic : {kMicroseconds, kNanoseconds}) {
            FileBytes bytes = pcap_header(order, magic);
            add_record(bytes, frame_of(kIcmpFrame));
            add_record(bytes, frame_of(kUdpFrame));
            const Frames frames = read_frames(save(bytes.text())).value();
            ASSERT_EQ(frames, (Frames{frame_of(kIcmpFrame), frame_of(kUdpFrame)}));
            const std::uint64_t fraction = magic == kMicroseconds ? 123'456'000 : 123'456;
            EXPECT_EQ(frames[0].timestamp_ns, 1'700'000'000'000'000'000 + fraction);
        }
        const Frames frames = read_frames(save(pcapng_of(order, sample_frames()))).value();
        ASSERT_EQ(frames, sample_frames());
        EXPECT_EQ(frames[0].timestamp_ns, sample_frames()[0].timestamp_ns);
    }
}

TEST_F(PcapTest, ReaderCounts) {
    ASSERT_TRUE(write_frames(file(), sample_frames()));
    PcapReader reader = PcapReader::open(file()).value();
    EXPECT_EQ(reader.position(), 0U);
    ASSERT_TRUE(reader.next().value());
    EXPECT_EQ(reader.position(), 1U);
    while (reader.next().value()) {
    }
    EXPECT_EQ(reader.position(), sample_frames().size());
    EXPECT_FALSE(reader.next().value()) << "the end stays the end";
    EXPECT_EQ(reader.padded(), 0U);
}

TEST_F(PcapTest, Ranges) {
    const Frames all = sample_frames();
    ASSERT_TRUE(write_frames(file(), all));
    EXPECT_EQ(read_frames(file(), 2, 2).value(), (Frames{all[2]}));
    EXPECT_EQ(read_frames(file(), 2, 4).value(), (Frames{all[2], all[3], all[4]}));
    EXPECT_EQ(read_frames(file(), 6).value(), (Frames{all[6], all[7]}));
    const auto what = [&](std::uint64_t first, std::optional<std::uint64_t> last) {
        return read_frames(file(), first, last).error().what;
    };
    EXPECT_NE(what(8, 8).find("there is no frame 8: it has 8 frames"), std::string::npos)
        << what(8, 8);
    EXPECT_NE(what(0, 8).find("there is no frame 8: it has 8 frames"), std::string::npos);
    EXPECT_NE(what(8, std::nullopt).find("there is no frame 8: it has 8 frames"),
              std::string::npos);
    EXPECT_NE(what(3, 2).find("frames 3 to 2"), std::string::npos);
}

TEST_F(PcapTest, RangeDoesNotReadBehindItself) {
    FileBytes bytes = pcap_header(Order::little, kMicroseconds);
    add_record(bytes, frame_of(kIcmpFrame));
    bytes.u32(1);
    EXPECT_EQ(read_frames(save(bytes.text()), 0, 0).value().size(), 1U);
    EXPECT_FALSE(read_frames(file()));
}

TEST_F(PcapTest, NotAFile) {
    expect_refused(file("missing.pcap"), "No such file or directory", "name");
    expect_refused(folder_, "it is a folder", "name a pcap file");
    ASSERT_EQ(::mkfifo(file("fifo").c_str(), 0600), 0);
    expect_refused(file("fifo"), "pipe", "save the capture to a file");
    expect_refused("/dev/null", "device", "save the capture to a file");
    if (::geteuid() != 0) {
        save("x", "secret.pcap");
        ASSERT_EQ(::chmod(file("secret.pcap").c_str(), 0), 0);
        expect_refused(file("secret.pcap"), "Permission denied", "permissions");
    }
}

TEST_F(PcapTest, NotAPcap) {
    expect_refused(save(""), "it is empty", "again");
    expect_refused(save("\x1f\x8b\x08"), "compressed with gzip", "gunzip < ");
    expect_refused(save("\x28\xb5\x2f\xfd----"), "compressed with zstd", "unzstd < ");
    expect_refused(save(std::string_view("\xfd\x37\x7a\x58\x5a\0", 6)), "compressed with xz",
                   "unxz < ");
    expect_refused(save("BZh91AY"), "compressed with bzip2", "bunzip2 < ");
    expect_refused(save("\x04\x22\x4d\x18"), "compressed with lz4", "unlz4 < ");
    expect_refused(save("\x7f"
                        "ELF and more, much more than any header has"),
                   "it starts with 7f 45 4c 46", "editcap");
    expect_refused(save("ab"), "neither pcap nor pcapng: it starts with 61 62", "editcap");
}

TEST_F(PcapTest, LinkTypes) {
    const auto refused = [&](std::uint32_t link, std::string_view name, std::string_view advice) {
        FileBytes bytes = pcap_header(Order::little, kMicroseconds, link);
        add_record(bytes, frame_of(kIcmpFrame));
        expect_refused(save(bytes.text()), name, advice);
    };
    refused(113, "its link type is LINUX_SLL (Linux cooked v1), not Ethernet", "tcpdump -i eth0");
    refused(101, "RAW (Raw IP)", "tcprewrite --dlt=enet");
    refused(147, "USER0", "editcap -T ether");
    refused(105, "IEEE802_11 (802.11)", "capture on an Ethernet interface");
    refused(9999, "link type is number 9999", "Ethernet");
}

TEST_F(PcapTest, CutFrames) {
    FileBytes bytes = pcap_header(Order::little, kMicroseconds);
    add_record(bytes, frame_of(kIcmpFrame));
    add_record(bytes, frame_of(kIcmpFrame), 100);
    const fs::path path = save(bytes.text());
    expect_refused(path, "frame 1 was cut by the capture: 58 of 100 bytes are there",
                   "tcpdump -s 0");
    PcapReader reader = PcapReader::open(path, CutFrames::pad).value();
    EXPECT_EQ(*reader.next().value(), frame_of(kIcmpFrame));
    EXPECT_EQ(reader.padded(), 0U);
    Frame padded = frame_of(kIcmpFrame);
    padded.bytes.resize(100);
    EXPECT_EQ(*reader.next().value(), padded);
    EXPECT_EQ(reader.padded(), 1U);
}

// One frame with four bytes of frame check sequence behind it.
TEST_F(PcapTest, FrameCheckSequenceOfTheLinkTypeIsRemoved) {
    // Present, two words of 16 bits, on Ethernet.
    for (const Order order : {Order::little, Order::big}) {
        FileBytes bytes = pcap_header(order, kMicroseconds, 0x24000001);
        add_record(bytes, with_fcs());
        add_record(bytes, frame_of(kUdpFrame), 49);  // cut, of the frame check sequence only
        PcapReader reader = PcapReader::open(save(bytes.text())).value();
        EXPECT_EQ(*reader.next().value(), frame_of(kUdpFrame));
        EXPECT_EQ(reader.fcs_removed(), 1U);
        EXPECT_EQ(*reader.next().value(), frame_of(kUdpFrame));
        EXPECT_EQ(reader.fcs_removed(), 1U);
        EXPECT_EQ(reader.padded(), 0U);
    }
    FileBytes bytes = pcap_header(Order::little, kMicroseconds, 0x24000001);
    add_record(bytes, frame_of("525400ffff55 525400000001 0800 00000000"), 18);
    add_record(bytes, frame_of("525400ffff55 525400000001 0800 000000"), 17);
    expect_refused(save(bytes.text()), "frame 1 is too short: 13 bytes", "leave it out");
}

TEST_F(PcapTest, RecordsLongerThanTheHeadersSnapshotLengthAreRead) {
    for (const std::uint32_t snaplen : {1U, 40U}) {
        FileBytes bytes(Order::big);
        bytes.u32(kMicroseconds).u16(2).u16(4).u32(0).u32(0).u32(snaplen).u32(kEthernet);
        add_record(bytes, frame_of(kIcmpFrame));
        const fs::path path = save(bytes.text());
        EXPECT_EQ(read_frames(path).value(), Frames{frame_of(kIcmpFrame)});
        EXPECT_EQ(read_frames(path, 0, {}, CutFrames::pad).value(), Frames{frame_of(kIcmpFrame)});
    }
}

}  // namespace
}  // namespace xdpbench::packet
