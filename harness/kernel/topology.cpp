#include "kernel/topology.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/child.h"
#include "base/text.h"

namespace xdpbench {
namespace {

constexpr std::string_view kTesterMac = "02:00:00:00:00:01";
constexpr std::string_view kDutMac = "02:00:00:00:00:02";
constexpr std::size_t kEthernetHeader = 14;
constexpr std::size_t kDefaultMtu = 1500;

// One iproute2 process for all commands, inside `netns`.
Result<void> ip_batch(const NetNs& netns, const std::string& commands) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    XDPBENCH_TRY(const ChildOutput ip, run_child({"ip", "-batch", "-"}, commands));
    if (ip.exit_code == 0) return {};
    Error error{
        ErrorKind::system,
        fmt::format("ip could not build the topology (exit {}): {}", ip.exit_code, trim(ip.err)),
        {},
        {}};
    if (ip.err.find("Operation not permitted") != std::string::npos) {
        error.kind = ErrorKind::unavailable;
        error.cause = "CAP_NET_ADMIN is missing";
        error.advice = "run as root (sudo)";
    } else if (ip.err.find("Unknown device type") != std::string::npos) {
        error.kind = ErrorKind::unavailable;
        error.cause = "this kernel has no veth driver";
        error.advice = "load it (modprobe veth) or use a kernel with CONFIG_VETH";
    }
    return error;
}

// `ip netns attach` takes a process id; no sleeper inside the namespace is needed, because this
// thread can be that process for the moment.
Result<void> give_name(const NetNs& netns, const std::string& name) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    XDPBENCH_TRY(const ChildOutput ip,
                 run_child({"ip", "netns", "attach", name, std::to_string(::gettid())}));
    if (ip.exit_code == 0) return {};
    return Error{ErrorKind::system,
                 fmt::format("ip could not name the namespace {}: {}", name, trim(ip.err)),
                 {},
                 {}};
}

}  // namespace

Result<PairTopology> PairTopology::create(std::size_t lane_count, std::size_t longest_frame) {
    XDPBENCH_TRY(NetNs tester, NetNs::create());
    XDPBENCH_TRY(NetNs dut, NetNs::create());
    XDPBENCH_CHECK(silence_ipv6(tester));
    XDPBENCH_CHECK(silence_ipv6(dut));

    const std::size_t mtu =
        std::max(kDefaultMtu, longest_frame - std::min(longest_frame, kEthernetHeader));
    std::string tester_commands = "link add parking type veth peer name parking_peer\n";
    std::string dut_commands;
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
        tester_commands += fmt::format(
            "link add tester{0} address {1} mtu {2} numtxqueues 1 numrxqueues 1 type veth "
            "peer name dut{0} address {3} mtu {2} numtxqueues 1 numrxqueues 1 netns {4}\n"
            "link set tester{0} up arp off multicast off\n",
            lane, kTesterMac, mtu, kDutMac, dut.path());
        dut_commands += fmt::format("link set dut{0} up arp off multicast off\n", lane);
    }
    XDPBENCH_CHECK(ip_batch(tester, tester_commands));
    XDPBENCH_CHECK(ip_batch(dut, dut_commands));

    PairTopology topology{std::move(tester), std::move(dut), {}, {}};
    XDPBENCH_TRY(topology.parking, query_interface(topology.tester, "parking"));
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
        XDPBENCH_TRY(InterfaceInfo tester_side,
                     query_interface(topology.tester, fmt::format("tester{}", lane)));
        XDPBENCH_TRY(InterfaceInfo dut_side,
                     query_interface(topology.dut, fmt::format("dut{}", lane)));
        XDPBENCH_CHECK(set_gro(topology.dut, dut_side.name, true));
        tester_side.made_by_us = dut_side.made_by_us = true;
        topology.lanes.push_back(Lane{std::move(tester_side), std::move(dut_side)});
    }
    return topology;
}

Result<std::vector<std::string>> PairTopology::keep(const std::string& prefix) const {
    const std::string tester_name = prefix + "-tester";
    const std::string dut_name = prefix + "-dut";
    XDPBENCH_CHECK(give_name(tester, tester_name));
    if (Result<void> named = give_name(dut, dut_name); !named) {
        // All or nothing: nobody would be told of the first one.
        static_cast<void>(run_child({"ip", "netns", "delete", tester_name}));
        return std::move(named).error();
    }
    return std::vector<std::string>{tester_name, dut_name};
}

}  // namespace xdpbench
