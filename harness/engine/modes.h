// Whether two attach modes agree about every frame: the verdict and the bytes.
#pragma once

#include "engine/check.h"
#include "engine/lane.h"
#include "engine/subject.h"

namespace xdpbench {

// What a replay in one mode showed.
struct Observation {
    Mode mode = Mode::native;
    std::optional<ActionTally> actions;  // if the program counts them, alike in every mode
    // Arrived at each end, and the frames themselves if they were kept.
    std::uint64_t received_count = 0;
    std::uint64_t passed_count = 0;
    std::uint64_t forwarded_count = 0;
    bool kept = false;
    Frames received;
    Frames passed;
    Frames forwarded;
};

Result<Observation> observe(const EquippedLane& lane, Mode mode, const LaneCounts& counts,
                            bool kept);

// What differs between the two, a line or more a difference; empty if nothing does. The order in
// which frames arrived is no difference.
[[nodiscard]] std::string difference_between(const Observation& one, const Observation& other);

// The same for the subject's replays; a difference is followed up: the traffic is sent again, frame
// by frame in both modes side by side, and the first frames whose fates differ are named.
[[nodiscard]] Verdict compare_modes(const Subject& subject, const Observation& one,
                                    const Observation& other);

}  // namespace xdpbench
