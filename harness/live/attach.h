// `xdp-bench attach`: a program on an interface of the caller's namespace, until told to end.
#pragma once

#include "base/result.h"
#include "live/options.h"
#include "model/live.h"

namespace xdpbench::live {

// Attaches, shows counters and events, obeys commands on standard input; detaches on SIGINT,
// SIGTERM, `quit`, after `duration`, or when nobody reads standard output any more. Until it is
// attached nothing is changed that is not put back; if the process is killed the kernel detaches.
Result<void> attach(const AttachOptions& options, model::LiveListener& report);

}  // namespace xdpbench::live
