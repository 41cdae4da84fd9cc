// The network that an experiment runs in: interfaces in anonymous namespaces, gone with the
// process.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/interface.h"
#include "net/netns.h"
#include "scenario/interfaces.h"
#include "scenario/scenario.h"

namespace xdpbench::net {

// Where frames end that the program under test redirects to another interface.
struct FarEnd {
    InterfaceInfo out;   // on the DUT side: the interface to redirect to
    InterfaceInfo sink;  // its other end, in Topology::sink
};

// A cable from the tester to the program under test and, in a chain, one from there on.
struct Link {
    InterfaceInfo tester;
    InterfaceInfo dut;
    std::optional<FarEnd> far;
};

// pair:  tester0 - dut0                    chain:  tester0 - dut0, out0 - sink0
// What leaves tester0 arrives at dut0, where the program under test is attached, and what that
// program transmits comes back; what it redirects to out0 arrives at sink0. Several links are
// several of these side by side: tester1 - dut1 and so on.
struct Topology {
    NetNs tester;
    NetNs dut;
    std::optional<NetNs> sink;  // of a chain
    std::vector<Link> links;
    // An interface on the tester side that no frame ever uses. A program attached there natively
    // stays in the kernel's XDP dispatcher, and so BPF_PROG_TEST_RUN of it need not wait for RCU
    // (4 to 20 ms a call; bpf_prog_change_xdp in net/bpf/test_run.c).
    InterfaceInfo parking;

    // `lane_count` links with the default MAC addresses of the fixtures, up, with IPv6 silent and
    // NAPI on where frames arrive for the program. The MTU fits frames of `longest_frame` bytes
    // (with Ethernet header), and is at least 1500. Each interface has `queues` queues, all in use:
    // a frame takes the one whose number is that of the sending CPU modulo their number.
    static Result<Topology> create(std::size_t link_count, std::size_t longest_frame,
                                   model::TopologyKind kind = model::TopologyKind::pair,
                                   std::size_t queues = 1);

    // Index by name of the interfaces on the program's side of a link. The names are those of the
    // first link (dut0, out0), so that one configuration fits all links. A real interface has no
    // far end: there out0 is dut0.
    [[nodiscard]] scenario::InterfaceIndexes interfaces(std::size_t link = 0) const;
    // The names alone, before there is one.
    [[nodiscard]] static std::vector<std::string> interface_names(model::TopologyKind kind);

    // Gives the namespaces names (`ip netns attach`), so that they outlive this process; the
    // names begin with `prefix`. Returns the names: tester, dut, and sink if there is one.
    [[nodiscard]] Result<std::vector<std::string>> keep(const std::string& prefix) const;
};

}  // namespace xdpbench::net
