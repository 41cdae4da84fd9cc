// The tester's end of a network, which may be on another machine.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "net/network.h"
#include "net/usable_port.h"
#include "remote/session.h"

namespace xdpbench::net {

// The peer of ends.remote, looked at there as a port of this machine is looked at here. Refuses a
// device or peer over which the session itself runs: with a program on it the session would end.
Result<UsablePort> claim_remote_port(const Ports& ends, const NetNs& netns, bool take_over,
                                     std::size_t longest_frame);

// As await_carrier() and require_sends_redirected(), of the link's tester, wherever it is.
Result<CarrierWait> await_tester_carrier(const Network& network, const Link& link);
Result<void> require_tester_sends(const Network& network, const Link& link, const char* advice);

}  // namespace xdpbench::net
