// A program under test as reports describe it.
#pragma once

#include "base/result.h"
#include "model/run.h"
#include "target/target.h"

namespace xdpbench::target {

// Loads the program with the configuration of its scenario, away from any device, and again to see
// what it costs the verifier. The time to load is that without the room in hashes and prefix tries.
Result<model::ProgramRecord> describe_program(const Target& target);

}  // namespace xdpbench::target
