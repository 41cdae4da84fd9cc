// Frames that are sent through a program that others loaded must not leave by their interfaces.
#pragma once

#include <vector>

#include "base/result.h"
#include "bpf/existing_program.h"
#include "bpf/program.h"
#include "scenario/scenario.h"

namespace xdpbench::target {

// Unavailable, with the interfaces, if the program redirects into maps of interfaces (DEVMAP)
// that hold others than those that the tool writes there itself: `written`, of `program`, which is
// the tool's view of it. No permission to change state allows that.
Result<void> require_own_interfaces(const bpf::ExistingProgram& existing,
                                    const bpf::Program& program,
                                    const std::vector<scenario::MapContent>& written);

}  // namespace xdpbench::target
