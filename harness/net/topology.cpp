#include "net/topology.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/child.h"
#include "base/text.h"
#include "net/ip_batch.h"
#include "packet/frame.h"

namespace xdpbench::net {
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

// The commands that make the cables of one link, by the namespace that they are run in.
struct Commands {
    std::string tester;
    std::string dut;
    std::string sink;
};

constexpr std::string_view kQuiet = "up arp off multicast off";

void add_link(Commands& commands, std::size_t link, std::size_t mtu, std::size_t queue_count,
              const NetNs& dut, const std::optional<NetNs>& sink) {
    // Numbers that are given are all in use from the start (veth_init_queues).
    const std::string queues = fmt::format("numtxqueues {0} numrxqueues {0}", queue_count);
    commands.tester += fmt::format(
        "link add tester{0} address {1} mtu {2} {5} type veth "
        "peer name dut{0} address {3} mtu {2} {5} netns {4}\n"
        "link set tester{0} {6}\n",
        link, kTesterMac, mtu, kDutMac, dut.path(), queues, kQuiet);
    commands.dut += fmt::format("link set dut{} {}\n", link, kQuiet);
    if (!sink) return;
    commands.dut += fmt::format(
        "link add out{0} address {1} mtu {2} {5} type veth "
        "peer name sink{0} address {3} mtu {2} {5} netns {4}\n"
        "link set out{0} {6}\n",
        link, kOutMac, mtu, kSinkMac, sink->path(), queues, kQuiet);
    commands.sink += fmt::format("link set sink{} {}\n", link, kQuiet);
}

Result<InterfaceInfo> our_interface(const NetNs& netns, const char* role, std::size_t link) {
    XDPBENCH_TRY(InterfaceInfo interface, query_interface(netns, fmt::format("{}{}", role, link)));
    interface.made_by_us = true;
    return interface;
}

Result<Link> describe_link(const Topology& topology, std::size_t number) {
    Link link;
    XDPBENCH_TRY(link.tester, our_interface(topology.tester, "tester", number));
    XDPBENCH_TRY(link.dut, our_interface(topology.dut, "dut", number));
    XDPBENCH_CHECK(set_gro(topology.dut, link.dut.name, true));
    if (!topology.sink) return link;
    link.far.emplace();
    XDPBENCH_TRY(link.far->out, our_interface(topology.dut, "out", number));
    XDPBENCH_TRY(link.far->sink, our_interface(*topology.sink, "sink", number));
    return link;
}

}  // namespace

Result<Topology> Topology::create(std::size_t link_count, std::size_t longest_frame,
                                  model::TopologyKind kind, std::size_t queues) {
    XDPBENCH_TRY(NetNs tester, NetNs::create());
    XDPBENCH_TRY(NetNs dut, NetNs::create());
    Topology topology{std::move(tester), std::move(dut), std::nullopt, {}, {}};
    if (kind == model::TopologyKind::chain) {
        XDPBENCH_TRY(NetNs sink, NetNs::create());
        topology.sink.emplace(std::move(sink));
    }
    const std::size_t mtu = std::max(
        kDefaultMtu, longest_frame - std::min(longest_frame, packet::kEthernetHeaderBytes));
    Commands commands;
    commands.tester = "link add parking type veth peer name parking_peer\n";
    for (std::size_t link = 0; link < link_count; ++link)
        add_link(commands, link, mtu, queues, topology.dut, topology.sink);
    for (const auto& [netns, lines] :
         {std::pair{&topology.tester, &commands.tester}, std::pair{&topology.dut, &commands.dut},
          std::pair{topology.sink ? &*topology.sink : nullptr, &commands.sink}}) {
        if (netns == nullptr) continue;
        XDPBENCH_CHECK(silence_ipv6(*netns));
        XDPBENCH_CHECK(ip_batch(*netns, *lines));
    }
    XDPBENCH_TRY(topology.parking, query_interface(topology.tester, "parking"));
    for (std::size_t number = 0; number < link_count; ++number) {
        XDPBENCH_TRY(Link link, describe_link(topology, number));
        topology.links.push_back(std::move(link));
    }
    return topology;
}

scenario::InterfaceIndexes Topology::interfaces(std::size_t link) const {
    scenario::InterfaceIndexes indexes;
    if (links.empty()) return indexes;
    const Link& names = links.front();
    const Link& there = links.at(link);
    indexes["dut0"] = there.dut.index;  // by its role: a real interface has a name of its own
    if (names.far) indexes[names.far->out.name] = there.far->out.index;
    // What a real interface is to redirect to the far end leaves by itself, and comes back.
    if (!there.dut.made_by_us) indexes["out0"] = there.dut.index;
    return indexes;
}

std::vector<std::string> Topology::interface_names(model::TopologyKind kind) {
    if (kind == model::TopologyKind::pair) return {"dut0"};
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

}  // namespace xdpbench::net
