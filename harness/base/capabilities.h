// The capabilities of this process, so that it has no more than it needs.
#pragma once

#include <span>

#include "base/result.h"

namespace xdpbench {

// Gives up all capabilities but those in `needed` (CAP_ of linux/capability.h) that are held: of
// this thread and, where it may (CAP_SETPCAP), for programs that it starts. Called before there are
// other threads, whose capabilities would stay. The error is unavailable: without /proc the
// capabilities of a kernel are not known.
Result<void> keep_capabilities(std::span<const int> needed);

}  // namespace xdpbench
