// Blocks of pcapng files.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>

#include "packet/capture_fixture_test.h"

namespace xdpbench::packet {
namespace {

namespace fs = std::filesystem;

// Blocks of a pcapng, as the draft has them; kinds of packets that libpcap or the tests above do
// not write are here, too.
struct Blocks {
    explicit Blocks(Order order) : file(order) {
        file.u32(0x0a0d0d0a).u32(28).u32(0x1a2b3c4d).u16(1).u16(0);
        file.u32(0xffffffff).u32(0xffffffff).u32(28);
    }
    Blocks& interface(std::uint32_t link, std::uint32_t snaplen) {
        file.u32(1).u32(20).u16(link).u16(0).u32(snaplen).u32(20);
        return *this;
    }
    Blocks& interface_with_fcs(std::uint8_t fcs) {
        file.u32(1).u32(32).u16(kEthernet).u16(0).u32(0);
        file.u16(13).u16(1).bytes({fcs, 0, 0, 0}).u32(0).u32(32);
        return *this;
    }
    Blocks& packet(std::uint32_t interface_number, const Frame& frame) {
        const auto length = static_cast<std::uint32_t>(frame.bytes.size());
        const std::uint32_t block = 32 + (length + 3) / 4 * 4;
        file.u32(6).u32(block).u32(interface_number).u32(0).u32(0).u32(length).u32(length);
        file.bytes(frame.bytes).align().u32(block);
        return *this;
    }
    // `type` 6 or 2, and flags, an option behind the data.
    Blocks& packet_with_flags(std::uint32_t type, std::uint32_t flags, const Frame& frame) {
        const auto length = static_cast<std::uint32_t>(frame.bytes.size());
        const std::uint32_t block = 44 + (length + 3) / 4 * 4;
        file.u32(type).u32(block).u32(0).u32(0).u32(0).u32(length).u32(length);
        file.bytes(frame.bytes).align().u16(2).u16(4).u32(flags).u32(0).u32(block);
        return *this;
    }
    Blocks& old_packet(std::uint32_t interface_number, const Frame& frame) {
        const auto length = static_cast<std::uint32_t>(frame.bytes.size());
        const std::uint32_t block = 32 + (length + 3) / 4 * 4;
        file.u32(2).u32(block).u16(interface_number).u16(0).u32(0).u32(0);
        file.u32(length).u32(length).bytes(frame.bytes).align().u32(block);
        return *this;
    }
    Blocks& simple_packet(const Frame& frame, std::uint32_t original) {
        const auto length = static_cast<std::uint32_t>(frame.bytes.size());
        const std::uint32_t block = 16 + (length + 3) / 4 * 4;
        file.u32(3).u32(block).u32(original).bytes(frame.bytes).align().u32(block);
        return *this;
    }
    FileBytes file;
};

TEST_F(PcapTest, InterfacesMayDifferInSnapshotLength) {
    for (const Order order : {Order::little, Order::big}) {
        Blocks blocks(order);
        blocks.interface(kEthernet, 262'144).interface(kEthernet, 40);
        blocks.packet(0, frame_of(kUdpFrame)).packet(1, frame_of(kIcmpFrame));
        EXPECT_EQ(read_frames(save(blocks.file.text())).value(),
                  (Frames{frame_of(kUdpFrame), frame_of(kIcmpFrame)}));
    }
}

TEST_F(PcapTest, OnlyInterfacesWithFramesMustBeEthernet) {
    constexpr std::uint32_t kCooked = 113;
    constexpr std::uint32_t kRaw = 101;
    for (const Order order : {Order::little, Order::big}) {
        Blocks blocks(order);
        blocks.interface(kCooked, 0).interface(kEthernet, 0).interface(kRaw, 0);
        blocks.packet(1, frame_of(kUdpFrame)).old_packet(1, frame_of(kIcmpFrame));
        EXPECT_EQ(read_frames(save(blocks.file.text())).value(),
                  (Frames{frame_of(kUdpFrame), frame_of(kIcmpFrame)}));
        Blocks used = blocks;
        expect_refused(save(used.packet(0, frame_of(kUdpFrame)).file.text()),
                       "the link type of frame 2 is LINUX_SLL (Linux cooked v1), not Ethernet",
                       "tcpdump -i eth0");
        used = blocks;
        expect_refused(save(used.old_packet(2, frame_of(kUdpFrame)).file.text()),
                       "the link type of frame 2 is RAW (Raw IP), not Ethernet", "tcprewrite");
        used = blocks;
        expect_refused(save(used.simple_packet(frame_of(kUdpFrame), 45).file.text()),
                       "the link type of frame 2 is LINUX_SLL", "tcpdump");
        used = blocks;
        expect_refused(save(used.packet(3, frame_of(kUdpFrame)).file.text()),
                       "frame 2 cannot be read: ", "1-2");
    }
}

TEST_F(PcapTest, ASectionHasItsOwnInterfaces) {
    Blocks blocks(Order::little);
    blocks.interface(113, 0);
    Blocks second(Order::little);
    second.interface(kEthernet, 0).packet(0, frame_of(kUdpFrame));
    EXPECT_EQ(read_frames(save(blocks.file.text() + second.file.text())).value(),
              Frames{frame_of(kUdpFrame)});
}

TEST_F(PcapTest, SectionsMayHaveDifferentByteOrders) {
    Frame frame = frame_of(kUdpFrame);
    frame.timestamp_ns = 1'700'000'000'123'456'789;
    for (const auto& [first, second] :
         {std::pair{Order::little, Order::big}, std::pair{Order::big, Order::little}}) {
        Blocks others(second);
        others.interface_with_fcs(4);
        others.old_packet(0, with_fcs()).simple_packet(with_fcs(), 49);
        const std::string file = pcapng_of(first, {frame}) + pcapng_of(second, {frame, frame}) +
                                 others.file.text() + pcapng_of(first, {frame});
        const Frames read = read_frames(save(file)).value();
        ASSERT_EQ(read.size(), 6U);
        EXPECT_EQ(read, Frames(6, frame));
        for (const std::size_t i : {0U, 1U, 2U, 5U})
            EXPECT_EQ(read[i].timestamp_ns, frame.timestamp_ns) << i;
    }
}

TEST_F(PcapTest, SimplePacketsAreAsLongAsTheirInterfaceAllows) {
    for (const Order order : {Order::little, Order::big}) {
        Frame start = frame_of(kUdpFrame);
        start.bytes.resize(40);
        Blocks blocks(order);
        blocks.interface(kEthernet, 40).simple_packet(start, 45);
        const fs::path path = save(blocks.file.text());
        expect_refused(path, "frame 0 was cut by the capture: 40 of 45 bytes are there",
                       "tcpdump -s 0");
        start.bytes.resize(45);
        EXPECT_EQ(read_frames(path, 0, {}, CutFrames::pad).value(), Frames{start});
        Blocks whole(order);
        whole.interface(kEthernet, 0).simple_packet(frame_of(kUdpFrame), 45);
        EXPECT_EQ(read_frames(save(whole.file.text())).value(), Frames{frame_of(kUdpFrame)});
    }
}

TEST_F(PcapTest, FrameCheckSequenceOfAnInterfaceIsRemoved) {
    for (const std::uint8_t written : std::array<std::uint8_t, 2>{4, 32}) {  // bytes, or bits
        Blocks blocks(Order::little);
        blocks.interface(kEthernet, 0).interface_with_fcs(written);
        blocks.packet(1, with_fcs()).packet(0, with_fcs());
        PcapReader reader = PcapReader::open(save(blocks.file.text())).value();
        EXPECT_EQ(*reader.next().value(), frame_of(kUdpFrame));
        EXPECT_EQ(*reader.next().value(), with_fcs());
        EXPECT_EQ(reader.fcs_removed(), 1U);
    }
}

TEST_F(PcapTest, FrameCheckSequenceThatAPacketDeclaresIsRemoved) {
    constexpr std::uint32_t kInbound = 1;
    constexpr std::uint32_t kFourBytes = 4 << 5;
    for (const Order order : {Order::little, Order::big}) {
        for (const std::uint32_t type : {6U, 2U}) {
            Blocks blocks(order);
            blocks.interface(kEthernet, 0);
            blocks.packet_with_flags(type, kInbound | kFourBytes, with_fcs());
            blocks.packet_with_flags(type, kInbound, with_fcs());
            PcapReader reader = PcapReader::open(save(blocks.file.text())).value();
            EXPECT_EQ(*reader.next().value(), frame_of(kUdpFrame));
            EXPECT_EQ(*reader.next().value(), with_fcs());
            EXPECT_EQ(reader.fcs_removed(), 1U);
        }
    }
}

}  // namespace
}  // namespace xdpbench::packet
