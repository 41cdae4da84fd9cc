#include "engine/lane_window.h"

#include <chrono>

#include "base/clock.h"

namespace xdpbench {
namespace {}  // namespace

Result<LaneWindow> run_window(const EquippedLane& lane, Generator& generator,
                              const Topology& topology, std::uint64_t frames) {
    XDPBENCH_TRY(const LaneCounts before, lane.read());
    const Clock::time_point start = Clock::now();
    XDPBENCH_CHECK(generator.send(topology.tester, lane.tester().index, frames));
    const double sending_seconds = seconds_since(start);
    double seconds = sending_seconds;
    XDPBENCH_TRY(LaneCounts now, lane.read());
    LaneCounts counts = since(before, now);
    if (!unbalanced(counts, frames).empty()) {
        // Some frames are still on their way: their time belongs to the window.
        XDPBENCH_TRY(counts, settled(lane, before, frames, Settled::balanced));
        if (unbalanced(counts, frames).empty()) seconds = seconds_since(start);
    }
    const std::string imbalance = unbalanced(counts, frames);
    if (!imbalance.empty()) {
        return Error{ErrorKind::invalid,
                     "the books of a window do not balance: " + imbalance,
                     {},
                     "something else sent or took frames, or this is a fault of xdp-bench"};
    }
    return LaneWindow{std::move(counts), seconds, sending_seconds};
}

}  // namespace xdpbench
