// Finding the frames that arrived among those that are expected, wherever the network changed their
// order.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "packet/diff.h"
#include "packet/frame.h"

namespace xdpbench::packet {

// Positions in the list of expected frames, in that of actual ones, or both.
struct FrameMatch {
    std::vector<std::pair<std::size_t, std::size_t>> different;  // expected, and what came instead
    std::vector<std::size_t> missing;                            // expected: did not arrive
    std::vector<std::size_t> surplus;                            // actual: was not expected
    std::vector<std::size_t> overtaken;  // actual: after a frame of its flow that was sent later

    [[nodiscard]] bool empty() const {
        return different.empty() && missing.empty() && surplus.empty() && overtaken.empty();
    }
};

// Matches by content outside the mask. Order is required within a flow only: a port with several
// queues delivers flows in any order. What is left over on both sides is paired within its flow
// first, so that a damaged frame stands next to the one that was expected.
[[nodiscard]] FrameMatch match_frames(const Frames& expected, const Frames& actual,
                                      const Mask& mask = {});

// The bytes of the frame with those of masked fields cleared: equal for frames that are equal
// outside the mask. Comparing many frames with many others by it takes one dissection each.
[[nodiscard]] std::string content_outside(const Frame& frame, const Mask& mask);

// Equal for frames of one flow: addresses and protocol of the innermost IP packet, and the ports of
// TCP and UDP unless it is a fragment (receive hashing does the same); the Ethernet addresses and
// type of other frames. VLAN tags do not matter.
[[nodiscard]] std::string flow_key(const Frame& frame);

}  // namespace xdpbench::packet
