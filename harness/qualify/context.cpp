#include "qualify/context.h"

#include "base/file.h"
#include "base/number.h"
#include "bpf/refusal.h"
#include "net/port_network.h"
#include "net/remote_port.h"
#include "net/usable_port.h"
#include "probe/attach_modes.h"

namespace xdpbench::qualify {

Result<Context> Context::create(const Options& options) {
    XDPBENCH_TRY(net::NetNs netns, net::NetNs::current());
    Context context(options, std::move(netns));
    if (options.peer) {
        const net::Ports ends{options.device, *options.peer, options.take_over, options.remote};
        XDPBENCH_TRY(net::Network network, net::join_ports(ends, model::Mode::native, 0));
        context.device_ = network.links.front().dut;
        context.peer_ = network.links.front().tester;
        XDPBENCH_TRY(context.first_page_pools_,
                     net::page_pools(context.netns_, context.device_.index));
        context.network_.emplace(std::move(network));
        return context;
    }
    XDPBENCH_TRY(context.device_, net::query_interface(context.netns_, options.device));
    context.device_.option = "--dev";
    XDPBENCH_CHECK(net::require_no_xdp(context.netns_, context.device_));
    XDPBENCH_CHECK(net::require_cabled(context.netns_, context.device_));
    XDPBENCH_TRY(context.first_page_pools_, net::page_pools(context.netns_, context.device_.index));
    return context;
}

Result<net::CarrierWait> Context::await_peer_carrier() const {
    return net::await_tester_carrier(*network_, network_->links.front());
}

Result<void> Context::set_peer_mtu(int mtu) const {
    if (network_->tester_is_here()) return net::set_mtu(netns_, peer().name, mtu);
    remote::Request request;
    request.command = remote::Command::set;
    request.interface = peer().name;
    request.mtu = mtu;
    XDPBENCH_CHECK(network_->remote->ask(request));
    return {};
}

Declared Context::declares(Feature feature, const net::InterfaceInfo& port) const {
    const auto declared = net::declared_xdp(netns_, port.index);
    if (!declared || !*declared) return Declared::unknown;
    const auto bit = static_cast<std::uint64_t>(feature);
    return ((*declared)->features & bit) != 0 ? Declared::yes : Declared::no;
}

std::optional<double> link_speed(const std::string& port) {
    const auto speed = parse_number<double>(read_entry("/sys/class/net/" + port + "/speed"));
    return speed && *speed > 0 ? speed : std::nullopt;
}

Result<std::string> Context::native_refusal() {
    if (native_refusal_) return *native_refusal_;
    const Result<std::string> tried = probe::try_mode(netns_, device_, model::Mode::native);
    if (!tried && tried.error().kind == ErrorKind::interrupted) return tried.error();
    native_refusal_ = tried ? std::string() : bpf::answer_line(tried.error());
    return *native_refusal_;
}

Result<model::Mode> Context::mode() {
    XDPBENCH_TRY(const std::string refusal, native_refusal());
    return refusal.empty() ? model::Mode::native : model::Mode::generic;
}

Result<std::optional<Ruling>> require_native(Context& context) {
    XDPBENCH_TRY(const std::string refusal, context.native_refusal());
    if (refusal.empty()) return std::optional<Ruling>();
    return std::optional<Ruling>(judge_declared(context.declares(Feature::basic), false, refusal));
}

}  // namespace xdpbench::qualify
