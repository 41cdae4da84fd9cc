// Lines of a program's report for a person: what it took to load it, and what became of a replay.
#pragma once

#include <string>

#include "report/model.h"

namespace xdpbench {

// Its size, and what the verifier took.
[[nodiscard]] std::string program_text(const ProgramRecord& program);

// "488 came back, 512 reached the stack"; in a chain also what reached its far end. The CPU is
// named where redirected frames were handed to another one.
[[nodiscard]] std::string arrivals_text(const ReplayRecord& replay);

// "replaced 20 times under traffic of 100,000 frames: ..."
[[nodiscard]] std::string replacement_text(const ReplacementRecord& replacement);

}  // namespace xdpbench
