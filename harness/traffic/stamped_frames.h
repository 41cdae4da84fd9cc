// Frames with room for the generator's time stamp (bpf/include/stamp.h). Pure.
#pragma once

#include <cstdint>
#include <span>

#include "packet/frame.h"

namespace xdpbench::traffic {

struct StampableFrames {
    packet::Frames frames;
    std::uint64_t lengthened = 0;  // that had no room
};

// The stamp takes the place of the end of a TCP, UDP, ICMP or ICMPv6 payload or of the padding
// behind a packet; the packet's checksums stay right. A frame whose end is neither, or too short,
// gets more padding, which no packet's length counts; only a packet that was cut off becomes
// another one by it.
[[nodiscard]] StampableFrames make_room_for_stamps(const packet::Frames& frames);

// What the words of the stamp have to add up to, in one's complement, where 0xffff is 0; 0 for a
// frame that is too short for one.
[[nodiscard]] std::uint32_t stamp_sum(std::span<const std::uint8_t> bytes);

// The frames as they are when they were sent at `now` (ns).
[[nodiscard]] packet::Frames stamped(packet::Frames frames, std::uint64_t now);

}  // namespace xdpbench::traffic
