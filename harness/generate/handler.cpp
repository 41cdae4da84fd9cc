#include "generate/handler.h"

#include "net/netlink.h"
#include "net/port_network.h"

namespace xdpbench::generate {
namespace {

remote::PortState state_of(const net::InterfaceInfo& port) {
    remote::PortState state;
    state.name = port.name;
    state.index = port.index;
    state.mac = port.mac;
    state.mtu = port.mtu;
    state.driver = port.driver;
    state.firmware = port.firmware;
    state.reorders = port.traits.reorders;
    state.strips_vlan = port.traits.vlan_tags == net::VlanTags::stripped_by_port;
    return state;
}

}  // namespace

Result<net::InterfaceInfo> Handler::find_port(const std::string& asked_for) const {
    XDPBENCH_TRY(const auto by_address, net::interface_with(*netns_, asked_for));
    return net::query_interface(*netns_, by_address.value_or(asked_for));
}

Result<void> Handler::describe(const net::InterfaceInfo& port, remote::Reply& reply) const {
    if (!reply.port) reply.port = state_of(port);
    XDPBENCH_TRY(const net::LinkDetails details, net::query_link(*netns_, port.index));
    reply.port->up = details.up;
    reply.port->carrier = details.carrier;
    XDPBENCH_TRY(reply.port->addresses, net::addresses_of(*netns_, port.name));
    XDPBENCH_TRY(reply.port->features, net::active_features(*netns_, port.name));
    XDPBENCH_TRY(const auto declared, net::declared_xdp(*netns_, port.index));
    if (declared) reply.port->declares = net::xdp_feature_names(declared->features);
    return {};
}

Result<void> Handler::claim(const net::InterfaceInfo& port, const remote::Request& request,
                            remote::Reply& reply) const {
    XDPBENCH_TRY(const net::UsablePort usable,
                 net::claim_port(*netns_, port.name, request.take_over, request.length, "--peer"));
    reply.port = state_of(usable.interface);
    reply.port->carrier_wait_ms = static_cast<std::uint64_t>(usable.carrier_wait.count());
    return describe(usable.interface, reply);
}

Result<void> Handler::at_port(const net::InterfaceInfo& port, const remote::Request& request,
                              remote::Reply& reply) {
    switch (request.command) {
        case remote::Command::port:
            return describe(port, reply);
        case remote::Command::claim:
            return claim(port, request, reply);
        case remote::Command::set:
            return settings_.change(port, request, reply);
        case remote::Command::send: {
            XDPBENCH_TRY(reply.sent, traffic_.send(*netns_, port, request));
            return {};
        }
        case remote::Command::capture:
            return listeners_.listen(*netns_, port, request);
        case remote::Command::arrived:
            return listeners_.count(port, reply);
        case remote::Command::captured:
            return listeners_.captured(port, request, reply);
        case remote::Command::end:
            return listeners_.end(port, reply);
        case remote::Command::restore:
        case remote::Command::traffic:
            break;  // they name no port
    }
    return {};
}

Result<void> Handler::carry_out(const remote::Request& request, remote::Reply& reply) {
    if (request.command == remote::Command::restore) return settings_.restore(reply);
    if (request.command == remote::Command::traffic) {
        XDPBENCH_TRY(reply.loaded, traffic_.load(request));
        return {};
    }
    XDPBENCH_TRY(const net::InterfaceInfo port, find_port(request.interface));
    return at_port(port, request, reply);
}

remote::Reply Handler::handle(const remote::Request& request) {
    remote::Reply reply;
    reply.command = request.command;
    if (const Result<void> done = carry_out(request, reply); !done) reply.error = done.error();
    return reply;
}

}  // namespace xdpbench::generate
