// Programs for a device to execute: built for it, loaded with their maps bound to it.
#pragma once

#include "base/result.h"
#include "engine/subject.h"
#include "kernel/interface.h"
#include "kernel/program.h"

namespace xdpbench {

// The subject's program as a device can hold it: a reference program's own build for devices. Not
// loaded yet.
Result<Program> open_for_device(const Subject& subject);

// The reference program of this name, built for devices or for the host. Not loaded yet.
Result<Program> open_reference(const std::string& name, bool for_device);

// Loads it with its maps bound to the device, its counters at zero.
Result<void> load_into_device(Program& program, const InterfaceInfo& device);

}  // namespace xdpbench
