// A window: a number of frames through one lane, timed, and its books balanced.
#pragma once

#include "engine/lane.h"
#include "traffic/generator.h"

namespace xdpbench {

struct LaneWindow {
    LaneCounts counts;
    double seconds = 0;          // until the last frame was accounted for
    double sending_seconds = 0;  // of these, until the generator was done
};

// Sends `frames` and waits for them. Invalid, with both figures, if the books do not balance.
Result<LaneWindow> run_window(const EquippedLane& lane, Generator& generator,
                              const Topology& topology, std::uint64_t frames);

// Adds what a window counted.
void add_counts(const LaneCounts& counts, BenchRecord& record);

}  // namespace xdpbench
