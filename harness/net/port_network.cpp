#include "net/port_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "net/netlink.h"
#include "net/remote_port.h"

namespace xdpbench::net {
namespace {

constexpr std::string_view kGro = "rx-gro";
constexpr std::string_view kLro = "rx-lro";

// Receive offloads join frames of a connection that were passed, before they can be counted. A
// generic program keeps them from doing so (netif_elide_gro of the kernel), and a veth needs one
// then: without it takes in no redirected frames (veth_xdp_xmit).
Result<void> require_receive_offloads(const NetNs& netns, const InterfaceInfo& device,
                                      model::Mode mode) {
    XDPBENCH_TRY(const std::vector<std::string> active, active_features(netns, device.name));
    const auto is_on = [&](std::string_view feature) {
        return std::find(active.begin(), active.end(), feature) != active.end();
    };
    if (mode == model::Mode::generic && device.driver == "veth" && !is_on(kGro)) {
        return input_error(
            fmt::format("{} takes in no redirected frames: a veth without a native program needs "
                        "receive offload",
                        device.name),
            fmt::format("ethtool -K {} gro on", device.name));
    }
    if (mode == model::Mode::generic) return {};
    for (const std::string_view feature : {kGro, kLro}) {
        if (!is_on(feature)) continue;
        return input_error(
            fmt::format("{} joins frames that the program passed before they are counted: {} is on",
                        device.name, feature),
            fmt::format("--prepare switches it off for this run; or: ethtool -K {} {} off",
                        device.name, feature.substr(3)));
    }
    return {};
}

// Nothing to do without one: then others send.
Result<void> add_peer(const Ports& ends, std::size_t longest_frame, const Network& network,
                      Link& link) {
    if (ends.peer.empty()) return {};
    XDPBENCH_TRY(UsablePort peer,
                 ends.remote ? claim_remote_port(ends, network.dut, ends.take_over, longest_frame)
                             : claim_port(network.tester, ends.peer, ends.take_over, longest_frame,
                                          "--peer"));
    link.tester = std::move(peer.interface);
    link.carrier_wait = peer.carrier_wait;
    return {};
}

// What is redirected leaves by this port. Its other end is read if it is named.
Result<void> add_far_end(const Ports& ends, std::size_t longest_frame, Network& network,
                         Link& link) {
    if (ends.out.empty()) return {};
    FarEnd& far = link.far.emplace();
    XDPBENCH_TRY(UsablePort out,
                 claim_port(network.dut, ends.out, ends.take_over, longest_frame, "--out"));
    far.out = std::move(out.interface);
    far.readable = !ends.out_peer.empty();
    if (!far.readable) return {};
    XDPBENCH_TRY(NetNs here, NetNs::current());
    XDPBENCH_TRY(UsablePort sink,
                 claim_port(here, ends.out_peer, ends.take_over, longest_frame, "--out-peer"));
    far.sink = std::move(sink.interface);
    network.sink.emplace(std::move(here));
    return {};
}

// Nothing where none is named.
Result<void> claim_named(const NetNs& here, const std::string& name, bool take_over,
                         const char* option) {
    if (!name.empty()) XDPBENCH_CHECK(claim_port(here, name, take_over, 0, option));
    return {};
}

}  // namespace

Result<void> claim_ports(Ports& ends) {
    XDPBENCH_TRY(const NetNs here, NetNs::current());
    XDPBENCH_CHECK(claim_named(here, ends.device, ends.take_over, "--dev"));
    if (ends.remote) {
        XDPBENCH_TRY(const UsablePort peer, claim_remote_port(ends, here, ends.take_over, 0));
        ends.peer = peer.interface.name;
    } else {
        XDPBENCH_CHECK(claim_named(here, ends.peer, ends.take_over, "--peer"));
    }
    XDPBENCH_CHECK(claim_named(here, ends.out, ends.take_over, "--out"));
    return claim_named(here, ends.out_peer, ends.take_over, "--out-peer");
}

std::string out_text(const Ports& ends) {
    if (ends.out.empty()) return {};
    return ends.out_peer.empty() ? ends.out + ", counted by its tx counters"
                                 : fmt::format("{}, counted at {}", ends.out, ends.out_peer);
}

Result<Network> join_ports(const Ports& ends, model::Mode mode, std::size_t longest_frame) {
    XDPBENCH_TRY(NetNs tester, NetNs::current());
    XDPBENCH_TRY(NetNs dut, NetNs::current());
    Network network{model::NetworkKind::ports,
                    std::move(tester),
                    std::move(dut),
                    {},
                    std::nullopt,
                    {},
                    std::nullopt,
                    {},
                    {}};
    Link link;
    network.remote = ends.remote;
    XDPBENCH_TRY(link.dut, usable_interface(network.dut, ends.device, ends.take_over, longest_frame,
                                            "--dev"));
    XDPBENCH_CHECK(add_peer(ends, longest_frame, network, link));
    XDPBENCH_CHECK(require_receive_offloads(network.dut, link.dut, mode));
    XDPBENCH_TRY(const CarrierWait dut_wait, require_cabled(network.dut, link.dut));
    link.carrier_wait += dut_wait;
    XDPBENCH_CHECK(add_far_end(ends, longest_frame, network, link));
    network.links.push_back(std::move(link));
    return network;
}

}  // namespace xdpbench::net
