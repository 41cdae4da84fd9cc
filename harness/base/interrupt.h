// SIGINT, SIGTERM and SIGHUP as a flag that long work looks at.
#pragma once

#include "base/result.h"

namespace xdpbench {

// From here on SIGINT, SIGTERM and SIGHUP (unless it is ignored, as by nohup) set the flag instead
// of ending the process; a second one ends it.
// System calls are interrupted (no SA_RESTART), so that waiting work sees the flag at once. Also
// ignores SIGPIPE and SIGXFSZ, and stops ignoring SIGCHLD.
void catch_interrupts();

[[nodiscard]] bool interrupted();

[[nodiscard]] Error interrupted_error();

}  // namespace xdpbench
