// The number of queues of real ports that a run changes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/interface.h"
#include "net/netns.h"
#include "net/usable_port.h"

namespace xdpbench::net {

// Queues that a port receives with (`ethtool -l`); 1 where the driver does not report them.
[[nodiscard]] std::uint32_t receive_queues(const NetNs& netns, const std::string& port);

// The most that can be set. Unavailable where the driver lets no number be set.
Result<std::uint32_t> most_queues(const NetNs& netns, const std::string& port);

// The device, and the peer of a veth: a veth takes a native program only if it receives with as
// many queues as its other end sends with (veth_xdp_set() of the kernel). A remote peer is none of
// them.
[[nodiscard]] std::vector<std::string> ports_with_queues(const InterfaceInfo& device,
                                                         const Ports& ends);

// Of each of them: combined channels, or as many of each direction where it has no combined ones.
Result<void> set_queues(const NetNs& netns, const std::vector<std::string>& ports,
                        std::uint32_t count);

// Of ports_with_queues(), and of a veth's peer at the session, which puts its own back.
Result<void> set_queues(const NetNs& netns, const InterfaceInfo& device, const Ports& ends,
                        std::uint32_t count);

}  // namespace xdpbench::net
