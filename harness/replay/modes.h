// Whether two attach modes agree about every frame: the verdict and the bytes.
#pragma once

#include "check/check.h"
#include "target/target.h"
#include "testbed/instrumented_link.h"

namespace xdpbench::replay {

// What a replay in one mode showed.
struct Observation {
    model::Mode mode = model::Mode::native;
    bool valid = true;                          // all frames were accounted for
    std::optional<model::ActionTally> actions;  // if the program counts them, alike in every mode
    // Else, where they were counted: what it returned.
    std::optional<std::uint64_t> aborted;
    std::optional<std::uint64_t> redirected;
    std::uint64_t lost = 0;  // frames, under whatever name
    std::string unsteady;    // check::reads_clock_or_random()
    // Arrived at each end, and the frames themselves if they were kept.
    std::uint64_t received_count = 0;
    std::uint64_t passed_count = 0;
    std::uint64_t forwarded_count = 0;
    std::uint64_t sockets_count = 0;
    bool kept = false;
    packet::Frames received;
    packet::Frames passed;
    packet::Frames forwarded;
    packet::Frames sockets;
};

Result<Observation> observe(const testbed::InstrumentedLink& link, model::Mode mode,
                            const testbed::LinkCounts& counts, bool kept);

// What differs between the two, a line or more a difference; empty if nothing does. The order in
// which frames arrived is no difference.
[[nodiscard]] std::string difference_between(const Observation& one, const Observation& other);

// The same for the target's replays. Skipped if one of them is invalid or the program is not
// reproducible. A difference is
// followed up: the traffic is sent again, frame by frame in both modes side by side, and the first
// frames whose fates differ are named.
[[nodiscard]] check::Verdict compare_modes(const target::Target& target, const Observation& one,
                                           const Observation& other);

}  // namespace xdpbench::replay
