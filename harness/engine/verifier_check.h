// What verifying and compiling a program cost, against what a scenario allows.
#pragma once

#include "engine/check.h"
#include "report/model.h"
#include "scenario/scenario.h"

namespace xdpbench {

// Failed with both figures of each bound that is passed. Skipped, if none is, where this kernel
// does not say one of the figures.
[[nodiscard]] Verdict judge_cost(const VerifierBounds& bounds, const ProgramRecord& program);

}  // namespace xdpbench
