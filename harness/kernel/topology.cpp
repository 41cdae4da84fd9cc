#include "kernel/topology.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/child.h"
#include "base/text.h"
#include "kernel/ip_batch.h"
#include "packet/frame.h"

namespace xdpbench {
namespace {

constexpr std::string_view kTesterMac = "02:00:00:00:00:01";
constexpr std::string_view kDutMac = "02:00:00:00:00:02";
constexpr std::string_view kOutMac = "02:00:00:00:00:03";
constexpr std::string_view kSinkMac = "02:00:00:00:00:04";
constexpr std::size_t kDefaultMtu = 1500;

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

// The commands that make the cables of one lane, by the namespace that they are run in.
struct Commands {
    std::string tester;
    std::string dut;
    std::string sink;
};

constexpr std::string_view kQuiet = "up arp off multicast off";

void add_lane(Commands& commands, std::size_t lane, std::size_t mtu, std::size_t queue_count,
              const NetNs& dut, const std::optional<NetNs>& sink) {
    // Numbers that are given are all in use from the start (veth_init_queues).
    const std::string queues = fmt::format("numtxqueues {0} numrxqueues {0}", queue_count);
    commands.tester += fmt::format(
        "link add tester{0} address {1} mtu {2} {5} type veth "
        "peer name dut{0} address {3} mtu {2} {5} netns {4}\n"
        "link set tester{0} {6}\n",
        lane, kTesterMac, mtu, kDutMac, dut.path(), queues, kQuiet);
    commands.dut += fmt::format("link set dut{} {}\n", lane, kQuiet);
    if (!sink) return;
    commands.dut += fmt::format(
        "link add out{0} address {1} mtu {2} {5} type veth "
        "peer name sink{0} address {3} mtu {2} {5} netns {4}\n"
        "link set out{0} {6}\n",
        lane, kOutMac, mtu, kSinkMac, sink->path(), queues, kQuiet);
    commands.sink += fmt::format("link set sink{} {}\n", lane, kQuiet);
}

Result<InterfaceInfo> our_interface(const NetNs& netns, const char* role, std::size_t lane) {
    XDPBENCH_TRY(InterfaceInfo interface, query_interface(netns, fmt::format("{}{}", role, lane)));
    interface.made_by_us = true;
    return interface;
}

Result<Lane> describe_lane(const Topology& topology, std::size_t number) {
    Lane lane;
    XDPBENCH_TRY(lane.tester, our_interface(topology.tester, "tester", number));
    XDPBENCH_TRY(lane.dut, our_interface(topology.dut, "dut", number));
    XDPBENCH_CHECK(set_gro(topology.dut, lane.dut.name, true));
    if (!topology.sink) return lane;
    lane.far.emplace();
    XDPBENCH_TRY(lane.far->out, our_interface(topology.dut, "out", number));
    XDPBENCH_TRY(lane.far->sink, our_interface(*topology.sink, "sink", number));
    return lane;
}

}  // namespace

Result<Topology> Topology::create(std::size_t lane_count, std::size_t longest_frame,
                                  TopologyKind kind, std::size_t queues) {
    XDPBENCH_TRY(NetNs tester, NetNs::create());
    XDPBENCH_TRY(NetNs dut, NetNs::create());
    Topology topology{std::move(tester), std::move(dut), std::nullopt, {}, {}};
    if (kind == TopologyKind::chain) {
        XDPBENCH_TRY(NetNs sink, NetNs::create());
        topology.sink.emplace(std::move(sink));
    }
    const std::size_t mtu =
        std::max(kDefaultMtu, longest_frame - std::min(longest_frame, kEthernetHeaderBytes));
    Commands commands;
    commands.tester = "link add parking type veth peer name parking_peer\n";
    for (std::size_t lane = 0; lane < lane_count; ++lane)
        add_lane(commands, lane, mtu, queues, topology.dut, topology.sink);
    for (const auto& [netns, lines] :
         {std::pair{&topology.tester, &commands.tester}, std::pair{&topology.dut, &commands.dut},
          std::pair{topology.sink ? &*topology.sink : nullptr, &commands.sink}}) {
        if (netns == nullptr) continue;
        XDPBENCH_CHECK(silence_ipv6(*netns));
        XDPBENCH_CHECK(ip_batch(*netns, *lines));
    }
    XDPBENCH_TRY(topology.parking, query_interface(topology.tester, "parking"));
    for (std::size_t number = 0; number < lane_count; ++number) {
        XDPBENCH_TRY(Lane lane, describe_lane(topology, number));
        topology.lanes.push_back(std::move(lane));
    }
    return topology;
}

InterfaceIndexes Topology::interfaces(std::size_t lane) const {
    InterfaceIndexes indexes;
    if (lanes.empty()) return indexes;
    const Lane& names = lanes.front();
    const Lane& there = lanes.at(lane);
    indexes["dut0"] = there.dut.index;  // by its role: a real interface has a name of its own
    if (names.far) indexes[names.far->out.name] = there.far->out.index;
    // What a real interface is to redirect to the far end leaves by itself, and comes back.
    if (!there.dut.made_by_us) indexes["out0"] = there.dut.index;
    return indexes;
}

std::vector<std::string> Topology::interface_names(TopologyKind kind) {
    if (kind == TopologyKind::pair) return {"dut0"};
    return {"dut0", "out0"};
}

Result<std::vector<std::string>> Topology::keep(const std::string& prefix) const {
    std::vector<std::pair<const NetNs*, std::string>> wanted{{&tester, prefix + "-tester"},
                                                             {&dut, prefix + "-dut"}};
    if (sink) wanted.emplace_back(&*sink, prefix + "-sink");
    std::vector<std::string> names;
    for (const auto& [netns, name] : wanted) {
        if (Result<void> named = give_name(*netns, name); !named) {
            // All or nothing: nobody would be told of the others.
            for (const std::string& given : names)
                static_cast<void>(run_child({"ip", "netns", "delete", given}));
            return std::move(named).error();
        }
        names.push_back(name);
    }
    return names;
}

}  // namespace xdpbench
