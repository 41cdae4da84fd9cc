#include "qualify/port_change.h"

#include <string>

#include "qualify/rig.h"

namespace xdpbench::qualify {

Result<PortChange> PortChange::begin(const Context& context,
                                     const std::vector<net::RecordedChange::Place>& places) {
    XDPBENCH_TRY(net::RecordedChange change, net::RecordedChange::begin(context.netns(), places));
    return PortChange(context, std::move(change));
}

Result<void> PortChange::set(const net::PortState& state) {
    const Result<void> done = net::write_state(context_->netns(), state);
    if (!done) return unavailable_error(done.error().what);
    XDPBENCH_TRY(const auto away, await_carriers(*context_));
    static_cast<void>(away);
    return {};
}

Result<void> PortChange::set_remote_mtu(int mtu) {
    const Result<void> done = context_->set_peer_mtu(mtu);
    if (!done) return unavailable_error(done.error().what);
    remote_mtu_ = true;
    XDPBENCH_TRY(const auto away, await_carriers(*context_));
    static_cast<void>(away);
    return {};
}

PortChange::~PortChange() {
    if (!change_) return;
    if (remote_mtu_) static_cast<void>(context_->set_peer_mtu(context_->peer().mtu));
    static_cast<void>(change_->restore());
    static_cast<void>(await_carriers(*context_));
}

Result<PortChange> change_mtu(const Context& context, int mtu) {
    std::vector<net::RecordedChange::Place> places{{context.device().name, "mtu"}};
    const bool remote = context.has_peer() && !context.peer_is_here();
    if (context.has_peer() && !remote) places.push_back({context.peer().name, "mtu"});
    XDPBENCH_TRY(PortChange change, PortChange::begin(context, places));
    for (const auto& place : places)
        XDPBENCH_CHECK(change.set({place.port, place.name, std::to_string(mtu)}));
    if (remote) XDPBENCH_CHECK(change.set_remote_mtu(mtu));
    return change;
}

Result<PortChange> change_channels(const Context& context, std::uint32_t combined) {
    const std::string& name = context.device().name;
    XDPBENCH_TRY(PortChange change, PortChange::begin(context, {{name, "channels"}}));
    XDPBENCH_CHECK(change.set({name, "channels", std::to_string(combined)}));
    return change;
}

}  // namespace xdpbench::qualify
