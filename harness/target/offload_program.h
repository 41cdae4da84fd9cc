// Programs for a device to execute: built for it, loaded with their maps bound to it.
#pragma once

#include "base/result.h"
#include "bpf/program.h"
#include "net/interface.h"
#include "target/target.h"

namespace xdpbench::target {

// The target's program as a device can hold it: a reference program's own build for devices. Not
// loaded yet.
Result<bpf::Program> open_for_device(const Target& target);

// The reference program of this name, built for devices or for the host. Not loaded yet.
Result<bpf::Program> open_reference(const std::string& name, bool for_device);

// Loads it with its maps bound to the device, its counters at zero.
Result<void> load_into_device(bpf::Program& program, const net::InterfaceInfo& device);

}  // namespace xdpbench::target
