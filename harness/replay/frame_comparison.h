// The frames that a replay delivered, against those that its scenario expects.
#pragma once

#include <cstddef>
#include <string>

#include "packet/diff.h"
#include "packet/frame.h"

namespace xdpbench::replay {

struct FrameComparison {
    std::string text;  // lines for a person; empty if all arrived as expected
    // Frames that differ only in that VLAN tags are missing, and all others that are wrong.
    std::size_t without_tags = 0;
    std::size_t otherwise_wrong = 0;
};

// `what`: "received on the tester side". Frames are matched by content, with order within a flow
// (packet::match_frames()).
[[nodiscard]] FrameComparison compare_frames(const char* what, const packet::Frames& expected,
                                             const packet::Frames& actual,
                                             const packet::Mask& mask);

}  // namespace xdpbench::replay
