// NAPI in a kernel thread of its own instead of the sender's CPU
// (Documentation/networking/napi.rst).
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "net/netns.h"

namespace xdpbench::net {

// From now on each of the `queues` of the interface is polled by a kernel thread, and all of these
// run on `cpu`. NAPI must be on already: on a veth, GRO or XDP at this end. Lasts as long as the
// interface. Unavailable before kernel 5.12, and where /proc does not show kernel threads (in a
// container with process ids of its own).
Result<void> poll_in_thread(const NetNs& netns, const std::string& interface, std::size_t queues,
                            int cpu);

}  // namespace xdpbench::net
