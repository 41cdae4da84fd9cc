#pragma once

#include <cstdint>
#include <vector>

namespace xdpbench {

// One Ethernet frame from the destination address on, without preamble and FCS.
struct Frame {
    std::vector<std::uint8_t> bytes;
    std::uint64_t timestamp_ns = 0;  // since the epoch; 0 where there is none

    friend bool operator==(const Frame& a, const Frame& b) { return a.bytes == b.bytes; }
};

using Frames = std::vector<Frame>;

}  // namespace xdpbench
