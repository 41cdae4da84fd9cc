// Lines of a program's report for a person: what it took to load it, and what became of a replay.
#pragma once

#include <string>

#include "model/run.h"

namespace xdpbench::report {

// Its size, and what the verifier took.
[[nodiscard]] std::string program_text(const model::ProgramRecord& program);

// "488 came back, 512 reached the stack"; in a chain also what reached its far end. The CPU is
// named where redirected frames were handed to another one.
[[nodiscard]] std::string arrivals_text(const model::ReplayRecord& replay);

// "replaced 20 times under traffic of 100,000 frames: ..."
[[nodiscard]] std::string replacement_text(const model::ReplacementRecord& replacement);

// "ping 6: 6 answered (backend1: 1, 3, 5; backend2: 2, 4, 6)".
[[nodiscard]] std::string lan_text(const model::LanStepRecord& step);

}  // namespace xdpbench::report
