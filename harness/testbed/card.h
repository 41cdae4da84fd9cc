// The tester as a card with receive offloads (bpf/harness/card.bpf.c): for programs that read rx
// metadata.
#pragma once

#include "base/result.h"
#include "net/interface.h"
#include "net/netns.h"

namespace xdpbench::testbed {

// From here on, as long as the interface is there, what packet sockets send through it arrives
// with its outer VLAN tag beside the frame, and with a hash that is known: of TCP and UDP over
// IPv4 source port << 16 | destination port, of other frames 0.
Result<void> act_as_card(const net::NetNs& netns, const net::InterfaceInfo& tester);

}  // namespace xdpbench::testbed
