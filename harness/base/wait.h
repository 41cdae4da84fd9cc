// A pause that a signal of the user ends.
#pragma once

#include "base/clock.h"
#include "base/result.h"

namespace xdpbench {

// Returns at `end`, or soon after an interruption, with its error.
Result<void> wait_until(Clock::time_point end);

}  // namespace xdpbench
