// The network that an experiment runs in: interfaces in anonymous namespaces, gone with the
// process.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/interface.h"
#include "kernel/netns.h"

namespace xdpbench {

// A veth pair across the two namespaces of a PairTopology.
struct Lane {
    InterfaceInfo tester;
    InterfaceInfo dut;
};

// tester - dut: what leaves `tester` arrives at `dut`, where the program under test is attached,
// and what that program transmits comes back. Several lanes are several such pairs side by side.
struct PairTopology {
    NetNs tester;
    NetNs dut;
    std::vector<Lane> lanes;
    // An interface on the tester side that no frame ever uses. A program attached there natively
    // stays in the kernel's XDP dispatcher, and so BPF_PROG_TEST_RUN of it need not wait for RCU
    // (4 to 20 ms a call; bpf_prog_change_xdp in net/bpf/test_run.c).
    InterfaceInfo parking;

    // `lane_count` pairs with the default MAC addresses of the fixtures, up, with IPv6 silent and
    // NAPI on at the DUT side. The MTU fits frames of `longest_frame` bytes (with Ethernet header),
    // and is at least 1500.
    static Result<PairTopology> create(std::size_t lane_count, std::size_t longest_frame);

    // Gives the two namespaces names (`ip netns attach`), so that they outlive this process; the
    // names begin with `prefix`. Returns the names: tester, dut.
    [[nodiscard]] Result<std::vector<std::string>> keep(const std::string& prefix) const;
};

}  // namespace xdpbench
