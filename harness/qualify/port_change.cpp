#include "qualify/port_change.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "net/port_queues.h"
#include "net/rings.h"
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

Result<net::RecordedChange> record_detached(const Context& context,
                                            std::span<const CaseProgram> programs) {
    std::string ids;
    for (const CaseProgram& program : programs) {
        XDPBENCH_TRY(const std::uint32_t id, program.id());
        ids += fmt::format("{}{}", ids.empty() ? "" : ",", id);
    }
    std::vector<net::PortState> were{{context.device().name, net::kWithoutXdp, ids}};
    return net::RecordedChange::begin_with(context.netns(), std::move(were));
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

std::uint32_t most_channels(const Context& context) {
    const net::InterfaceInfo& device = context.device();
    if (device.driver == "veth" && !context.peer_is_here()) return 1;
    return net::most_queues(context.netns(), device.name).value_or(1);
}

std::string channels_value(const Context& context, std::uint32_t count) {
    const auto channels = net::query_channels(context.netns(), context.device().name);
    const bool combined = channels && channels->most_combined > 0;
    return combined ? std::to_string(count) : fmt::format("{0}/{0}", count);
}

Result<PortChange> change_channels(const Context& context, std::uint32_t count) {
    const net::Ports ends{context.device().name,
                          context.peer_is_here() ? context.peer().name : std::string()};
    std::vector<net::RecordedChange::Place> places;
    for (const std::string& port : net::ports_with_queues(context.device(), ends))
        places.push_back({port, "channels"});
    XDPBENCH_TRY(PortChange change, PortChange::begin(context, places));
    for (const auto& place : places)
        XDPBENCH_CHECK(change.set({place.port, place.name, channels_value(context, count)}));
    return change;
}

}  // namespace xdpbench::qualify
