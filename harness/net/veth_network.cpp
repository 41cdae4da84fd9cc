#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/child.h"
#include "base/text.h"
#include "net/ip_batch.h"
#include "net/network.h"
#include "packet/frame.h"

namespace xdpbench::net {
namespace {

constexpr std::string_view kTesterMac = "02:00:00:00:00:01";
constexpr std::string_view kDutMac = "02:00:00:00:00:02";
constexpr std::string_view kOutMac = "02:00:00:00:00:03";
constexpr std::string_view kSinkMac = "02:00:00:00:00:04";
constexpr std::size_t kDefaultMtu = 1500;

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

Result<InterfaceInfo> our_interface(const NetNs& netns, const char* role, std::size_t link,
                                    std::size_t queues) {
    XDPBENCH_TRY(InterfaceInfo interface, query_interface(netns, fmt::format("{}{}", role, link)));
    interface.traits = traits_of_our_veth(queues > 1);
    return interface;
}

Result<Link> describe_link(const Network& network, std::size_t number, std::size_t queues) {
    Link link;
    XDPBENCH_TRY(link.tester, our_interface(network.tester, "tester", number, queues));
    XDPBENCH_TRY(link.dut, our_interface(network.dut, "dut", number, queues));
    XDPBENCH_CHECK(set_gro(network.dut, link.dut.name, true));
    XDPBENCH_CHECK(set_tso(network.tester, link.tester.name, false));
    if (!network.sink) return link;
    link.far.emplace();
    XDPBENCH_TRY(link.far->out, our_interface(network.dut, "out", number, queues));
    XDPBENCH_TRY(link.far->sink, our_interface(*network.sink, "sink", number, queues));
    return link;
}

}  // namespace

Result<Network> Network::create(std::size_t link_count, std::size_t longest_frame,
                                model::NetworkKind kind, std::size_t queues) {
    XDPBENCH_TRY(NetNs tester, NetNs::create());
    XDPBENCH_TRY(NetNs dut, NetNs::create());
    Network network{kind, std::move(tester), std::move(dut), {}, std::nullopt, {}, std::nullopt,
                    {}};
    if (kind == model::NetworkKind::chain) {
        XDPBENCH_TRY(NetNs sink, NetNs::create());
        network.sink.emplace(std::move(sink));
    }
    const std::size_t mtu = std::max(
        kDefaultMtu, longest_frame - std::min(longest_frame, packet::kEthernetHeaderBytes));
    Commands commands;
    commands.tester = "link add parking type veth peer name parking_peer\n";
    for (std::size_t link = 0; link < link_count; ++link)
        add_link(commands, link, mtu, queues, network.dut, network.sink);
    for (const auto& [netns, lines] :
         {std::pair{&network.tester, &commands.tester}, std::pair{&network.dut, &commands.dut},
          std::pair{network.sink ? &*network.sink : nullptr, &commands.sink}}) {
        if (netns == nullptr) continue;
        XDPBENCH_CHECK(silence_ipv6(*netns));
        XDPBENCH_CHECK(ip_batch(*netns, *lines));
    }
    XDPBENCH_TRY(network.parking, query_interface(network.tester, "parking"));
    for (std::size_t number = 0; number < link_count; ++number) {
        XDPBENCH_TRY(Link link, describe_link(network, number, queues));
        network.links.push_back(std::move(link));
    }
    return network;
}

}  // namespace xdpbench::net
