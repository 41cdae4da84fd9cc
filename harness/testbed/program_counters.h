// What a program counted itself, in its map xdp_counters.
#pragma once

#include "base/result.h"
#include "bpf/program.h"
#include "net/interface.h"
#include "testbed/accounting.h"

namespace xdpbench::testbed {

// Whether the counters of `program` tell what became of the frames on `device`. Those of a program
// that others have loaded also count the frames of wherever it is attached: they are used only
// where nothing else counts.
Result<bool> counts_itself(const bpf::Program& program, const net::InterfaceInfo& device);

// Adds what `program` counted to the actions in `counts`, by CPU where it runs on CPUs.
Result<void> add_counters(const bpf::Program& program, LinkCounts& counts);

}  // namespace xdpbench::testbed
