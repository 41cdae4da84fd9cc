// What the tests of capture files share: files written byte by byte, and how they are read.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "packet/pcap.h"
#include "packet/sample_frames_test.h"

namespace xdpbench::packet {

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

inline constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4;
inline constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;
inline constexpr std::uint32_t kEthernet = 1;  // LINKTYPE_ETHERNET

inline FileBytes pcap_header(Order order, std::uint32_t magic, std::uint32_t link = kEthernet) {
    FileBytes file(order);
    file.u32(magic).u16(2).u16(4).u32(0).u32(0).u32(262'144).u32(link);
    return file;
}

inline void add_record(FileBytes& file, std::uint32_t seconds, std::uint32_t fraction,
                       const Frame& frame, std::uint32_t captured, std::uint32_t original) {
    file.u32(seconds).u32(fraction).u32(captured).u32(original).bytes(frame.bytes);
}

inline void add_record(FileBytes& file, const Frame& frame, std::uint32_t original = 0) {
    const auto length = static_cast<std::uint32_t>(frame.bytes.size());
    add_record(file, 1'700'000'000, 123'456, frame, length, original == 0 ? length : original);
}

// Section header, one Ethernet interface with nanosecond stamps, enhanced packets.
inline std::string pcapng_of(Order order, const Frames& frames) {
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

inline Frame with_fcs() {
    Frame frame = frame_of(kUdpFrame);
    frame.bytes.insert(frame.bytes.end(), {0xde, 0xad, 0xbe, 0xef});
    return frame;
}

class PcapTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "xdp-bench-pcap-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path save(std::string_view content, const std::string& name = "a.pcap") {
        std::ofstream(folder_ / name, std::ios::binary) << content;
        return folder_ / name;
    }
    [[nodiscard]] std::filesystem::path file(const std::string& name = "a.pcap") const {
        return folder_ / name;
    }

    // Reads the file to its end or first error; `frames` gets what was good.
    static Result<void> read_through(const std::filesystem::path& path, Frames& frames,
                                     CutFrames cut = CutFrames::refuse) {
        XDPBENCH_TRY(PcapReader reader, PcapReader::open(path, cut));
        for (;;) {
            XDPBENCH_TRY(std::optional<Frame> frame, reader.next());
            if (!frame) return {};
            frames.push_back(std::move(*frame));
        }
    }

    static void expect_refused(const std::filesystem::path& path, std::string_view reason,
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

    std::filesystem::path folder_;
};

}  // namespace xdpbench::packet
