// A refused attach as an error that somebody can act on.
#pragma once

#include "base/result.h"
#include "kernel/interface.h"
#include "kernel/netlink.h"
#include "scenario/scenario.h"

namespace xdpbench {

// Why `interface` does not take a program in `mode`: the errno in words, the kernel's own text,
// what it most likely means and what to do. The kernel's text decides what it means where it gives
// one, as a driver uses the same errno (EINVAL, EOPNOTSUPP) for many reasons. Unavailable (a skip)
// if the device or its driver lacks something; a system error if it is a matter of its state.
[[nodiscard]] Error attach_refusal(const InterfaceInfo& interface, Mode mode,
                                   const NetlinkAnswer& answer);

}  // namespace xdpbench
