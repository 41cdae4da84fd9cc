// What a program does with the frames of a check, before anybody judges it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "check/observed_events.h"
#include "packet/frame.h"
#include "target/lone_program.h"
#include "target/target.h"

namespace xdpbench::check {

// What became of one frame.
struct FrameResult {
    std::uint32_t returned = 0;  // an xdp_action, if the program is right
    packet::Frame out;
    std::vector<std::uint8_t> metadata;  // in front of `out`
};

// Frames of a check, counted over all its steps.
struct FrameRange {
    std::size_t first = 0;
    std::size_t end = 0;  // not included
};

struct Observation {
    target::LoneProgram lone;                       // as it is after the last frame
    std::vector<std::vector<FrameResult>> results;  // by step, one a frame
    std::vector<ObservedEvents> events;             // by map; none if nobody wanted them

    [[nodiscard]] const bpf::Program& program() const { return lone.program; }
};

// What somebody will look at beside the frames.
struct Wanted {
    bool events = false;
    bpf::EventTypes types;  // of their records
};

// Runs the steps of `check`, whose frames are `in` (by step), one frame after the other with state
// kept.
Result<Observation> observe(const target::Target& target, const scenario::Check& check,
                            const std::vector<packet::Frames>& in, const Wanted& wanted);

}  // namespace xdpbench::check
