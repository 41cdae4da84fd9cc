// What a program does with frames now, for `record`: nothing is expected of it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "record/recorded_events.h"
#include "target/target.h"

namespace xdpbench::record {

struct FrameResult {
    model::Action action = model::Action::pass;
    packet::Frame out;
    packet::Mask varying;  // fields of `out` that differed between two runs
    // XDP metadata in front of `out`, in both runs.
    std::vector<std::uint8_t> metadata;
    std::vector<std::uint8_t> metadata_again;
};

// The frames of one step.
struct StepRecording {
    std::size_t first = 0;  // number of its first frame among all
    packet::Frames in;
    std::vector<FrameResult> results;  // one a frame
};

struct Recording {
    target::LoneProgram lone;  // as it is behind the last frame
    std::vector<StepRecording> steps;
    // Entries that are other than before the first frame, by map; one that is gone is `absent`.
    std::vector<scenario::MapContent> changes;
    std::vector<RecordedEvents> recorded;            // what came out of the event maps,
    std::vector<RecordedEvents> recorded_again;      // and in the second run
    std::vector<scenario::EventExpectation> events;  // what of that can be expected
    // What cannot be expected, each with the reason.
    std::vector<std::string> unsteady;
};

// Runs the steps of `check`, whatever it expects, one frame after the other with state kept; twice,
// each time from the start, to see what does not depend on the frames alone. A frame with an action
// that no scenario can expect, or with another one the second time, is an error.
Result<Recording> record_check(const target::Target& target, const scenario::Check& check);

}  // namespace xdpbench::record
