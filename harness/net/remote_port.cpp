#include "net/remote_port.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/interrupt.h"
#include "base/text.h"

namespace xdpbench::net {
namespace {

InterfaceInfo info_of(const remote::PortState& state) {
    InterfaceInfo info;
    info.name = state.name;
    info.option = "--peer";
    info.index = state.index;
    info.mac = state.mac;
    info.mtu = state.mtu;
    info.driver = state.driver;
    info.firmware = state.firmware;
    info.traits.reorders = state.reorders;
    if (state.strips_vlan) info.traits.vlan_tags = VlanTags::stripped_by_port;
    return info;
}

bool has(const std::vector<std::string>& addresses, const std::string& one) {
    return std::find(addresses.begin(), addresses.end(), one) != addresses.end();
}

// SSH_CONNECTION: the client's address and port, then the server's.
Result<void> require_other_way(const remote::Session& session, const remote::PortState& peer,
                               const std::vector<std::string>& of_device,
                               const std::string& device) {
    const std::vector<std::string> words = split(session.greeting().connection, ' ');
    if (words.size() != 4) return {};
    const bool device_carries = has(of_device, words[0]);
    if (!device_carries && !has(peer.addresses, words[2])) return {};
    return input_error(fmt::format("the connection to {} itself runs over {}",
                                   session.place().text(), device_carries ? device : peer.name),
                       "reach the other machine over another port: with a program on this one the "
                       "connection would end");
}

Result<remote::PortState> ask_port(remote::Session& session, const remote::Request& request) {
    XDPBENCH_TRY(remote::Reply reply, session.ask(request));
    if (reply.port) return std::move(*reply.port);
    return Error{ErrorKind::system, session.place().text() + " did not describe its port", {}, {}};
}

}  // namespace

Result<UsablePort> claim_remote_port(const Ports& ends, const NetNs& netns, bool take_over,
                                     std::size_t longest_frame) {
    remote::Request request;
    request.command = remote::Command::claim;
    request.interface = ends.peer;
    request.take_over = take_over;
    request.length = longest_frame;
    XDPBENCH_TRY(const remote::PortState state, ask_port(*ends.remote, request));
    XDPBENCH_TRY(const std::vector<std::string> here, addresses_of(netns, ends.device));
    XDPBENCH_CHECK(require_other_way(*ends.remote, state, here, ends.device));
    return UsablePort{info_of(state), CarrierWait(state.carrier_wait_ms)};
}

Result<CarrierWait> await_tester_carrier(const Network& network, const Link& link) {
    if (network.tester_is_here()) return await_carrier(network.tester, link.tester);
    remote::Request request;
    request.interface = link.tester.name;
    const auto begun = std::chrono::steady_clock::now();
    for (bool away = false;; away = true) {
        XDPBENCH_TRY(const remote::PortState state, ask_port(*network.remote, request));
        const auto waited =
            std::chrono::duration_cast<CarrierWait>(std::chrono::steady_clock::now() - begun);
        if (state.carrier) return away ? waited : CarrierWait(0);
        if (interrupted()) return interrupted_error();
        if (waited > kCarrierPatience)
            return unavailable_error(
                fmt::format("{} at {} has had no carrier for {} s", link.tester.text(),
                            network.remote->place().text(), kCarrierPatience.count()),
                {}, carrier_advice(state.name));
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

Result<void> require_tester_sends(const Network& network, const Link& link, const char* advice) {
    if (network.tester_is_here())
        return require_sends_redirected(network.tester, link.tester, advice);
    remote::Request request;
    request.interface = link.tester.name;
    XDPBENCH_TRY(const remote::PortState state, ask_port(*network.remote, request));
    if (state.declares.empty() || state.declares.find("ndo-xmit") != std::string::npos) return {};
    return unavailable_error(
        fmt::format("frames cannot be sent over {} at {}: its driver {} does not send redirected "
                    "frames (it declares: {})",
                    state.name, network.remote->place().text(), state.driver, state.declares),
        {}, advice);
}

}  // namespace xdpbench::net
