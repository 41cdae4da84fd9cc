// The accounting of frames that were sent over real interfaces, where some may get lost.
#pragma once

#include <cstdint>
#include <string>

#include "testbed/instrumented_link.h"

namespace xdpbench::testbed {

// Gives the frames of `sent` that are missing a name, by where they got lost: lost_before_program
// (the peer did not send them, or the device did not hand them to the program), lost_after_tx,
// lost_after_pass and lost_after_redirect (they left the program, and arrived nowhere). Only the
// program's counters and the harness's own are heard: what drivers count means something else with
// each. Returns what cannot be: frames that nobody sent.
[[nodiscard]] std::string name_losses(LinkCounts& counts, std::uint64_t sent);

// A line for whoever reads only why a replay failed, and must not blame the program for what
// name_losses() named; empty if nothing was lost.
[[nodiscard]] std::string losses_text(const model::Losses& losses);

// Whether nothing is left to wait for: no frame is missing, or those missing after a redirect, and
// no others, were seen to be lost. `named` by name_losses(), `seen` by TracepointCounts.
[[nodiscard]] bool all_known(const model::Losses& named, const model::Losses& seen);

// Frames that moved: handled, and arrived anywhere.
[[nodiscard]] std::uint64_t frames_moved(const LinkCounts& counts);

}  // namespace xdpbench::testbed
