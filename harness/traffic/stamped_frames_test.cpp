#include "traffic/stamped_frames.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>

#include "packet/dissect.h"
#include "packet/pcap.h"
#include "stamp.h"

namespace xdpbench::traffic {
namespace {

packet::Frames all_fixtures() {
    packet::Frames frames;
    const std::filesystem::path folder = std::filesystem::path(XDP_BENCH_SOURCE_DIR) / "pcaps";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".pcap") continue;
        const auto read = packet::read_frames(entry.path());
        EXPECT_TRUE(read) << entry.path();
        if (!read) continue;
        const auto first = static_cast<std::ptrdiff_t>(std::min<std::size_t>(read->size(), 60));
        frames.insert(frames.end(), read->begin(), read->begin() + first);
    }
    return frames;
}

// "0x1a2b (right)" of every checksum in a frame.
std::string checksums(const packet::Frame& frame) {
    std::string text;
    for (const packet::Field& field : packet::dissect(frame)) {
        if (field.name.ends_with("checksum")) text += field.name + " " + field.value + ", ";
    }
    return text;
}

// What every header says, and so all that a program may decide by.
std::string headers(const packet::Frame& frame) {
    std::string text;
    for (const packet::Field& field : packet::dissect(frame)) {
        if (field.name != "payload" && field.name != "padding")
            text += field.name + "=" + field.value + " ";
    }
    return text;
}

// On every kind of frame that the fixtures have, with times that make words carry.
TEST(StampedFrames, HeadersAndChecksumsStay) {
    const packet::Frames before = all_fixtures();
    ASSERT_GT(before.size(), 500U);
    const StampableFrames room = make_room_for_stamps(before);
    for (const std::uint64_t now : {0ULL, 1ULL, 0xffff'ffff'ffffULL, 0x1234'5678'9abc'def0ULL}) {
        const packet::Frames after = stamped(room.frames, now);
        std::size_t cut_off = 0;  // whose packet ends early: longer, it is another packet
        for (std::size_t i = 0; i < before.size(); ++i) {
            if (headers(room.frames[i]) != headers(before[i])) {
                ++cut_off;
                continue;
            }
            ASSERT_EQ(headers(after[i]), headers(before[i])) << i;
            ASSERT_EQ(checksums(after[i]), checksums(before[i])) << i;
        }
        EXPECT_LT(cut_off, before.size() / 50);
    }
}

TEST(StampedFrames, OnlyWhatHasNoRoomGrows) {
    const packet::Frames before = all_fixtures();
    const StampableFrames room = make_room_for_stamps(before);
    std::uint64_t longer = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        longer += room.frames[i].bytes.size() > before[i].bytes.size() ? 1 : 0;
        ASSERT_GE(room.frames[i].bytes.size(), before[i].bytes.size());
        ASSERT_LE(room.frames[i].bytes.size(), before[i].bytes.size() + STAMP_LENGTH + 1);
        const bool grew = room.frames[i].bytes.size() > before[i].bytes.size();
        ASSERT_TRUE(!grew || room.frames[i].bytes.size() % 2 == 0);
    }
    EXPECT_EQ(room.lengthened, longer);
    EXPECT_GT(longer, 0U);
    EXPECT_LT(longer, before.size());
}

TEST(StampedFrames, TheTimeIsFoundAgain) {
    packet::Frame frame;
    frame.bytes.resize(61, 0xaa);
    const std::uint64_t sent = 0x0001'0203'0405'0607;
    const packet::Frames after = stamped({frame}, sent);
    stamp found = {};
    std::memcpy(&found, after[0].bytes.data() + stamp_offset(61), sizeof(found));
    EXPECT_EQ(stamp_offset(61) % 2, 0U);
    EXPECT_EQ(found.magic, STAMP_MAGIC);
    EXPECT_EQ(stamp_age(&found, sent + 1234), 1234U);
    EXPECT_EQ(stamp_sum(after[0].bytes) % 0xffff, stamp_sum(frame.bytes) % 0xffff);
}

}  // namespace
}  // namespace xdpbench::traffic
