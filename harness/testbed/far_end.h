// The way out of a network by another interface than the one that has the program.
#pragma once

#include <optional>

#include "base/result.h"
#include "bpf/attach.h"
#include "bpf/program.h"
#include "net/network.h"
#include "traffic/sink.h"

namespace xdpbench::testbed {

// Most drivers send redirected frames only while they have a native program themselves: an empty
// one on the real port `out`, as long as this lives. Nothing where it takes none: what it declares
// decides. `beside`: a program whose frames it sends.
Result<std::optional<bpf::XdpLink>> open_way_out(const net::Network& network,
                                                 const net::InterfaceInfo& out,
                                                 const bpf::Program& beside);
// A sink at the far end, a packet socket where a real port has no native XDP.
Result<traffic::Sink> sink_at_far_end(const net::Network& network, const net::FarEnd& far,
                                      traffic::Capture capture);

}  // namespace xdpbench::testbed
