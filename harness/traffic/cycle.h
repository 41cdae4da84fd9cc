// The clock that this CPU runs at now.
#pragma once

#include <optional>

namespace xdpbench {

// How long one cycle of the calling thread's CPU takes, ns, measured in some 2 us. CPUs change
// their clock all the time, in a virtual machine unseen: what a program costs in ns moves with it,
// in cycles it does not. Nothing on architectures other than x86-64.
[[nodiscard]] std::optional<double> measure_cycle_ns();

}  // namespace xdpbench
