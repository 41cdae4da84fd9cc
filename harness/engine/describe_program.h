// A program under test as reports describe it.
#pragma once

#include "base/result.h"
#include "engine/subject.h"
#include "report/model.h"

namespace xdpbench {

// Loads the program with the configuration of its scenario, away from any device, and again to see
// what it costs the verifier.
Result<ProgramRecord> describe_program(const Subject& subject);

}  // namespace xdpbench
