#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace xdpbench::packet {

// IEEE 802.3: two addresses and the type; without any VLAN tag.
inline constexpr std::size_t kEthernetHeaderBytes = 14;
// The limit of libpcap (MAXIMUM_SNAPLEN). A padded frame keeps to it too: otherwise four bytes of a
// damaged file could ask for 4 GiB.
inline constexpr std::size_t kLongestFrameBytes = 262'144;

// One Ethernet frame from the destination address on, without preamble and FCS.
struct Frame {
    std::vector<std::uint8_t> bytes;
    std::uint64_t timestamp_ns = 0;  // since the epoch; 0 where there is none

    friend bool operator==(const Frame& a, const Frame& b) { return a.bytes == b.bytes; }
};

using Frames = std::vector<Frame>;

}  // namespace xdpbench::packet
