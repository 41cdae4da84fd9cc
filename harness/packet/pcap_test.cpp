#include "packet/pcap.h"

#include <gtest/gtest.h>
#include <pcap/pcap.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

#include "packet/sample_frames_test.h"

namespace xdpbench::packet {
namespace {

namespace fs = std::filesystem;

enum class Order { little, big };

// Bytes of a capture file, number by number.
class FileBytes {
  public:
    explicit FileBytes(Order order) : order_(order) {}

    FileBytes& u16(std::uint32_t number) { return append(number, 2); }
    FileBytes& u32(std::uint32_t number) { return append(number, 4); }
    FileBytes& bytes(const std::vector<std::uint8_t>& data) {
        for (const std::uint8_t byte : data) text_.push_back(static_cast<char>(byte));
        return *this;
    }
    FileBytes& align() {
        text_.resize((text_.size() + 3) / 4 * 4);
        return *this;
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    FileBytes& append(std::uint32_t number, unsigned size) {
        for (unsigned i = 0; i < size; ++i) {
            const unsigned byte = order_ == Order::little ? i : size - 1 - i;
            text_.push_back(static_cast<char>(number >> (8 * byte) & 0xff));
        }
        return *this;
    }

    Order order_;
    std::string text_;
};

constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4;
constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;
constexpr std::uint32_t kEthernet = 1;  // LINKTYPE_ETHERNET

FileBytes pcap_header(Order order, std::uint32_t magic, std::uint32_t link = kEthernet) {
    FileBytes file(order);
    file.u32(magic).u16(2).u16(4).u32(0).u32(0).u32(262'144).u32(link);
    return file;
}

void add_record(FileBytes& file, std::uint32_t seconds, std::uint32_t fraction, const Frame& frame,
                std::uint32_t captured, std::uint32_t original) {
    file.u32(seconds).u32(fraction).u32(captured).u32(original).bytes(frame.bytes);
}

void add_record(FileBytes& file, const Frame& frame, std::uint32_t original = 0) {
    const auto length = static_cast<std::uint32_t>(frame.bytes.size());
    add_record(file, 1'700'000'000, 123'456, frame, length, original == 0 ? length : original);
}

// Section header, one Ethernet interface with nanosecond stamps, enhanced packets.
std::string pcapng_of(Order order, const Frames& frames) {
    FileBytes file(order);
    file.u32(0x0a0d0d0a)
        .u32(28)
        .u32(0x1a2b3c4d)
        .u16(1)
        .u16(0)
        .u32(0xffffffff)
        .u32(0xffffffff)
        .u32(28);
    file.u32(1)
        .u32(32)
        .u16(kEthernet)
        .u16(0)
        .u32(262'144)
        .u16(9)
        .u16(1)
        .bytes({9, 0, 0, 0})
        .u32(0)
        .u32(32);
    for (const Frame& frame : frames) {
        const auto length = static_cast<std::uint32_t>(frame.bytes.size());
        const std::uint32_t block = 32 + (length + 3) / 4 * 4;
        file.u32(6).u32(block).u32(0);
        file.u32(static_cast<std::uint32_t>(frame.timestamp_ns >> 32))
            .u32(static_cast<std::uint32_t>(frame.timestamp_ns));
        file.u32(length).u32(length).bytes(frame.bytes).align().u32(block);
    }
    return file.text();
}

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

class PcapTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "xdp-bench-pcap-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { fs::remove_all(folder_); }

    fs::path save(std::string_view content, const std::string& name = "a.pcap") {
        std::ofstream(folder_ / name, std::ios::binary) << content;
        return folder_ / name;
    }
    [[nodiscard]] fs::path file(const std::string& name = "a.pcap") const { return folder_ / name; }

    // Reads the file to its end or first error; `frames` gets what was good.
    static Result<void> read_through(const fs::path& path, Frames& frames,
                                     CutFrames cut = CutFrames::refuse) {
        XDPBENCH_TRY(PcapReader reader, PcapReader::open(path, cut));
        for (;;) {
            XDPBENCH_TRY(std::optional<Frame> frame, reader.next());
            if (!frame) return {};
            frames.push_back(std::move(*frame));
        }
    }

    static void expect_refused(const fs::path& path, std::string_view reason,
                               std::string_view advice) {
        Frames frames;
        const Result<void> read = read_through(path, frames);
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().kind, ErrorKind::input);
        EXPECT_TRUE(read.error().what.starts_with("cannot read " + path.string() + ": "))
            << read.error().what;
        EXPECT_NE(read.error().what.find(reason), std::string::npos) << read.error().what;
        EXPECT_NE(read.error().advice.find(advice), std::string::npos) << read.error().advice;
    }

    fs::path folder_;
};

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
Frame with_fcs() {
    Frame frame = frame_of(kUdpFrame);
    frame.bytes.insert(frame.bytes.end(), {0xde, 0xad, 0xbe, 0xef});
    return frame;
}

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

TEST_F(PcapTest, ShortFrames) {
    FileBytes bytes = pcap_header(Order::little, kMicroseconds);
    add_record(bytes, frame_of("525400ffff55 525400000001 0800"));
    add_record(bytes, frame_of("525400ffff55 525400000001 08"));
    expect_refused(save(bytes.text()), "frame 1 is too short: 13 bytes", "leave it out");
}

TEST_F(PcapTest, AbsurdLengths) {
    const auto with_lengths = [&](std::uint32_t captured, std::uint32_t original) {
        FileBytes bytes = pcap_header(Order::little, kMicroseconds);
        add_record(bytes, frame_of(kIcmpFrame));
        add_record(bytes, 1, 1, frame_of(kIcmpFrame), captured, original);
        return save(bytes.text());
    };
    expect_refused(with_lengths(0xffffffff, 0xffffffff), "frame 1 cannot be read: ", "1-1");
    expect_refused(with_lengths(262'145, 262'145), "frame 1 cannot be read: ", "1-1");
    expect_refused(with_lengths(58, 0xffffffff),
                   "frame 1 is damaged: it claims 58 of 4,294,967,295 bytes", "1-1");
    expect_refused(with_lengths(58, 20), "frame 1 is damaged: it claims 58 of 20 bytes", "1-1");
    expect_refused(with_lengths(59, 59), "frame 1 is cut off: the file ends in the middle of it",
                   "1-1");
    Frames frames;
    EXPECT_FALSE(read_through(with_lengths(58, 0xffffffff), frames, CutFrames::pad));
}

// Where a file of one format may end, and what is said when it ends elsewhere.
struct CutCase {
    std::string content;
    std::size_t header;  // bytes before the first frame
    std::size_t record;  // bytes of each frame
};

CutCase cut_case(bool ng) {
    const Frames frames(3, frame_of(kUdpFrame));
    if (ng) return {pcapng_of(Order::little, frames), 60, 32 + 48};
    FileBytes bytes = pcap_header(Order::little, kMicroseconds);
    for (const Frame& frame : frames) add_record(bytes, frame);
    return {bytes.text(), 24, 16 + 45};
}

TEST_F(PcapTest, CutAtEveryByte) {
    for (const bool ng : {false, true}) {
        const CutCase good = cut_case(ng);
        ASSERT_EQ(good.content.size(), good.header + 3 * good.record);
        for (std::size_t size = 4; size <= good.content.size(); ++size) {
            SCOPED_TRACE(testing::Message()
                         << (ng ? "pcapng" : "pcap") << " of " << size << " bytes");
            const fs::path path = save(std::string_view(good.content).substr(0, size));
            if (size < good.header) {
                expect_refused(path, "its header is cut off", "not complete");
                continue;
            }
            const std::size_t whole = (size - good.header) / good.record;
            if ((size - good.header) % good.record != 0) {
                expect_refused(path,
                               "frame " + std::to_string(whole) +
                                   " is cut off: the file ends in the middle of it",
                               "make the capture again");
            }
            Frames frames;
            const bool read = read_through(path, frames).has_value();
            EXPECT_EQ(read, (size - good.header) % good.record == 0);
            EXPECT_EQ(frames, Frames(whole, frame_of(kUdpFrame)));
        }
    }
}

// Whatever a damaged file says: frames or an error, soon and without a sanitizer's complaint.
TEST_F(PcapTest, FlippedBytes) {
    std::mt19937 random(3);  // NOLINT(cert-msc51-cpp): the same files every time
    for (const bool ng : {false, true}) {
        const std::string good = cut_case(ng).content;
        for (int round = 0; round < 3'000; ++round) {
            std::string bad = good;
            // Every single byte first, then several at once.
            const std::size_t count =
                static_cast<std::size_t>(round) < good.size() ? 1 : 1 + random() % 8;
            for (std::size_t i = 0; i < count; ++i) {
                const std::size_t at = count == 1 ? static_cast<std::size_t>(round) % good.size()
                                                  : random() % good.size();
                bad[at] = static_cast<char>(random());
            }
            const fs::path path = save(bad);
            for (const CutFrames cut : {CutFrames::refuse, CutFrames::pad}) {
                Frames frames;
                const Result<void> read = read_through(path, frames, cut);
                ASSERT_LE(frames.size(), good.size() / 16);
                ASSERT_TRUE(read || !read.error().what.empty());
            }
        }
    }
}

}  // namespace
}  // namespace xdpbench::packet
