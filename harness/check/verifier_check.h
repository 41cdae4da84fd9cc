// What verifying and compiling a program cost, against what a scenario allows.
#pragma once

#include "check/check.h"
#include "model/run.h"
#include "scenario/scenario.h"

namespace xdpbench::check {

// Failed with both figures of each bound that is passed. Skipped, if none is, where this kernel
// does not say one of the figures.
[[nodiscard]] Verdict judge_cost(const scenario::VerifierBounds& bounds,
                                 const model::ProgramRecord& program);

}  // namespace xdpbench::check
