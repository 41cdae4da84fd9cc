// Real interfaces in the place of a network of our own: the program stands on one of them, frames
// are sent over the other one, which is cabled to it.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "net/network.h"
#include "net/usable_port.h"

namespace xdpbench::net {

// A network of one link over the two, which are there already: tester is the peer, dut the device,
// both namespaces are the caller's, and there is no parking interface. Nothing of them is changed.
// Refuses, with the command that helps, interfaces that are in use (addresses, routes, a bridge or
// bond above them, XDP), that are down or not cabled, whose MTU is too small for frames of
// `longest_frame` bytes (with Ethernet header), and a device that would join frames before they are
// counted. With a third port (Ports::out) there is a far end, which is readable if its other end is
// named; without it what a scenario redirects there leaves by the device itself.
Result<Network> join_ports(const Ports& ends, model::Mode mode, std::size_t longest_frame);

// Refuses ports as join_ports() does, but for settings that can be changed (net::PreparedPorts): to
// be called before they are. The peer of another machine gets the name that it has there.
Result<void> claim_ports(Ports& ends);

// "eth3, counted at eth4", "eth3, counted by its tx counters"; empty: there is no third port.
[[nodiscard]] std::string out_text(const Ports& ends);

}  // namespace xdpbench::net
