// Captures that are cut off or damaged.
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>

#include "packet/capture_fixture_test.h"

namespace xdpbench::packet {
namespace {

namespace fs = std::filesystem;

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
            if (ng && size == 28) {
                expect_refused(path, "it is empty: a header without an interface", "with frames");
                continue;
            }
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
