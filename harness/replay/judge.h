// What became of the frames of a replay, against what its scenario expects.
#pragma once

#include "base/result.h"
#include "check/check.h"
#include "model/replay.h"
#include "target/target.h"
#include "testbed/instrumented_link.h"

namespace xdpbench::replay {

// Passed, or failed with what differs. Skipped if VLAN tags are all that is missing and a port
// hides them from programs (rx-vlan-offload): that is a property of the port. The scenario has a
// replay.
Result<check::Verdict> judge(const target::Target& target, const testbed::InstrumentedLink& link,
                             const model::ReplayRecord& record);

}  // namespace xdpbench::replay
