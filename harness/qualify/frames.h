// The frames of a qualification: numbered, with an address by which programs know them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/interface.h"
#include "packet/frame.h"
#include "qualify.h"

namespace xdpbench::qualify {

inline constexpr std::size_t kShortestFrame = 60;  // on a wire, without FCS
inline constexpr std::size_t kHeaderBytes = 42;    // Ethernet, IPv4, UDP
inline constexpr std::uint16_t kPort = QUALIFY_PORT;

enum class Transport { udp, tcp };

struct VlanTag {
    std::uint16_t protocol = 0x8100;  // 802.1Q; 0x88a8: 802.1ad
    std::uint16_t tci = 0;
};

struct FrameShape {
    std::size_t length = kShortestFrame;  // bytes without FCS; with the tags
    std::uint32_t number = 0;             // tells it from all others of the case
    std::uint16_t flow = 0;
    Transport transport = Transport::udp;
    std::vector<VlanTag> tags = {};
    bool wrong_checksum = false;  // of UDP or TCP
};

// Addressed to `device`: IPv4 of 198.18.0.0/15 (RFC 2544), the number three times at the start of
// the payload as far as there is room, then a pattern. A length that has no room for the headers is
// made as long as they are.
[[nodiscard]] packet::Frame make_frame(const net::MacAddress& device, const FrameShape& shape);

// `count` frames of `length` bytes with numbers from 0, over `flows` flows in turn.
[[nodiscard]] packet::Frames make_frames(const net::MacAddress& device, std::size_t count,
                                         std::size_t length, std::uint16_t flows = 1);

// Sent by this tool, whatever became of its other bytes.
[[nodiscard]] bool is_ours(const packet::Frame& frame);
[[nodiscard]] packet::Frames only_ours(packet::Frames frames);

// The number of a frame of at least 54 bytes, which one damaged copy of three does not change.
[[nodiscard]] std::optional<std::uint32_t> number_of(const packet::Frame& frame);

// The same bytes; a frame that is too short for a wire may have been padded.
[[nodiscard]] bool arrived_as(const packet::Frame& sent, const packet::Frame& arrived);

// "bytes 30-33: sent 01 02 03 04, arrived ff ff 03 04": where two frames differ first, and in
// length.
[[nodiscard]] std::string difference(const packet::Frame& sent, const packet::Frame& arrived);

}  // namespace xdpbench::qualify
