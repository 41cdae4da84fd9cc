// SIGINT, SIGTERM, SIGHUP and SIGXCPU as a flag that long work looks at.
#pragma once

#include "base/result.h"

namespace xdpbench {

// From here on SIGINT, SIGTERM and SIGHUP (unless it is ignored, as by nohup) set the flag instead
// of ending the process; a second one ends it. SIGXCPU (a limit of CPU time) sets the flag, too.
// They are unblocked.
// System calls are interrupted (no SA_RESTART), so that waiting work sees the flag at once. Also
// ignores SIGPIPE and SIGXFSZ, and stops ignoring SIGCHLD.
void catch_interrupts();

[[nodiscard]] bool interrupted();

[[nodiscard]] Error interrupted_error();

// For work that is only useful when it is done, such as putting back what others own: while one
// lives, interrupted() is false in its thread. A second signal still ends the process.
class ToTheEnd {
  public:
    ToTheEnd();
    ToTheEnd(const ToTheEnd&) = delete;
    ToTheEnd& operator=(const ToTheEnd&) = delete;
    ToTheEnd(ToTheEnd&&) = delete;
    ToTheEnd& operator=(ToTheEnd&&) = delete;
    ~ToTheEnd();
};

}  // namespace xdpbench
