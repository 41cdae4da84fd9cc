#include "traffic/stamped_frames.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "packet/dissect.h"
#include "stamp.h"

namespace xdpbench::traffic {
namespace {

// Whether a checksum that one's complement sums make covers what follows this field: "udp.dport",
// and inside a tunnel "udp2.dport".
bool has_checksum(std::string_view field) {
    const std::string_view layer = field.substr(0, field.find('.'));
    const std::string_view name = layer.substr(0, layer.find_last_not_of("02") + 1);
    return name == "tcp" || name == "udp" || name == "icmp" || name == "icmp6";
}

// Bytes from the frame's start to where what a stamp may take the place of begins: what lies behind
// it up to the end of the frame is all payload or all padding.
struct Room {
    std::size_t begin = 0;
    std::size_t packet_end = 0;  // where padding begins, or would
};

Room room_of(const packet::Frame& frame) {
    const std::vector<packet::Field> fields = packet::dissect(frame);
    const std::size_t length = frame.bytes.size();
    if (fields.size() < 2) return {length, length};
    const packet::Field& last = fields.back();
    const std::size_t begin = last.bit_offset / 8;
    if (last.name == "padding") return {begin, begin};
    const bool summed = last.name == "payload" && has_checksum(fields[fields.size() - 2].name);
    return {summed ? begin : length, length};
}

}  // namespace

StampableFrames make_room_for_stamps(const packet::Frames& frames) {
    StampableFrames result;
    result.frames = frames;
    for (packet::Frame& frame : result.frames) {
        const Room room = room_of(frame);
        const std::size_t length = frame.bytes.size();
        if (length >= room.begin + STAMP_LENGTH &&
            stamp_offset(static_cast<std::uint32_t>(length)) >= room.begin)
            continue;
        // On the next even place behind the packet.
        frame.bytes.resize((room.packet_end + 1) / 2 * 2 + STAMP_LENGTH);
        ++result.lengthened;
    }
    return result;
}

std::uint32_t stamp_sum(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < STAMP_LENGTH) return 0;
    const std::uint32_t offset = stamp_offset(static_cast<std::uint32_t>(bytes.size()));
    std::uint32_t sum = 0;
    for (std::size_t word = 0; word < STAMP_WORDS; ++word) {
        std::uint16_t value = 0;
        std::memcpy(&value, bytes.subspan(offset + 2 * word).data(), sizeof(value));
        sum += value;
    }
    return stamp_fold(sum);
}

packet::Frames stamped(packet::Frames frames, std::uint64_t now) {
    for (packet::Frame& frame : frames) {
        const stamp stamp = make_stamp(now, stamp_sum(frame.bytes));
        const std::uint32_t offset = stamp_offset(static_cast<std::uint32_t>(frame.bytes.size()));
        std::memcpy(frame.bytes.data() + offset, &stamp, sizeof(stamp));
    }
    return frames;
}

}  // namespace xdpbench::traffic
