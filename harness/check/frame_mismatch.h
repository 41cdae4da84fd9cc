// A frame that came out otherwise than expected, for packet tools to look at.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/case.h"
#include "packet/diff.h"
#include "packet/frame.h"

namespace xdpbench::check {

struct FrameMismatch {
    std::string frame;  // the one that went in: "mixed.pcap#3"
    // Where only some of it is expected, the actual frame with that put right; nothing if no frame
    // would be that.
    std::optional<packet::Frame> expected;
    packet::Frame actual;
    std::vector<packet::FieldDifference> differences;
};

// Writes <stem>-expected.pcap and <stem>-actual.pcap, each whole or not at all. What a person is
// told: a line with their names, or why they could not be written.
[[nodiscard]] std::string save_mismatch(const FrameMismatch& mismatch, const std::string& stem);

// For the reports.
[[nodiscard]] model::ChangedFrame changed_frame(const FrameMismatch& mismatch);

}  // namespace xdpbench::check
