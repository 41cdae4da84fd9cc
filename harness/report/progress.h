// What is told of work that takes long. Pure.
#pragma once

#include <string>

namespace xdpbench::report {

struct ProgressState {
    std::string step;     // "bench icmp_lb/native: round 3"
    double elapsed = 0;   // s, since the command began
    double expected = 0;  // s, about how long all of it takes; 0: not known
};

// For a terminal: "[######              ]  30 %, 14 s left  bench icmp_lb/native: round 3". Without
// an expected time the elapsed one.
[[nodiscard]] std::string progress_line(const ProgressState& state);

// What is told where lines stay (a log): of a step with parts, such as rounds, the step.
[[nodiscard]] std::string step_of(const std::string& line);

}  // namespace xdpbench::report
