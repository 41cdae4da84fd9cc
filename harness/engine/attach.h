// `xdp-bench attach`: a program on an interface of the caller's namespace, until told to end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "report/live.h"
#include "scenario/assignment.h"
#include "scenario/scenario.h"

namespace xdpbench {

struct AttachOptions {
    std::string program;  // --prog: a reference program by name or FILE.o[:FUNCTION]
    std::string interface;
    Mode mode = Mode::native;
    std::vector<Assignment> settings;  // what the program's maps and variables begin with
    double interval = 2;               // between samples, in seconds
    std::optional<double> duration;    // in seconds; nothing: until told
    bool replace = false;              // take off a program that somebody else attached
};

// Attaches, shows counters and events, obeys commands on standard input; detaches on SIGINT,
// SIGTERM, `quit`, after `duration`, or when nobody reads standard output any more. Until it is
// attached nothing is changed that is not put back; if the process is killed the kernel detaches.
Result<void> attach(const AttachOptions& options, LiveReport& report);

}  // namespace xdpbench
