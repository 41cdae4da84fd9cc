// What became of the frames of a replay, against what its scenario expects.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "check/check.h"
#include "model/program.h"
#include "model/replay.h"
#include "target/target.h"
#include "testbed/instrumented_link.h"

namespace xdpbench::replay {

// Passed, or failed with what differs. Skipped if VLAN tags are all that is missing and a port
// hides them from programs (rx-vlan-offload): that is a property of the port. The scenario has a
// replay.
Result<check::Verdict> judge(const target::Target& target, const testbed::InstrumentedLink& link,
                             const model::ReplayRecord& record);

// A replay without expectations against what test runs of the same frames said. Failed if they
// contradict each other, unless the program is known not to do the same twice: `unsteady` says why
// (check::reads_clock_or_random()), and a line is added to `notes`. Frames that the program never
// had are no contradiction.
[[nodiscard]] check::Verdict judge_against_test_runs(const model::VerdictRecord& test_runs,
                                                     const model::ReplayRecord& record,
                                                     const std::string& unsteady,
                                                     std::vector<std::string>& notes);

// What is said of frames for which a program returned a value that is no XDP action.
[[nodiscard]] std::string no_action_text(std::uint64_t frames);

}  // namespace xdpbench::replay
