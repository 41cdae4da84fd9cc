#include "generate/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "net/netlink.h"
#include "net/port_queues.h"
#include "net/recorded_change.h"
#include "net/rings.h"

namespace xdpbench::generate {

Settings::~Settings() {
    remote::Reply nobody_hears;
    static_cast<void>(restore(nobody_hears));
}

Result<void> Settings::prepare(const std::string& port, remote::Reply& reply) {
    if (prepared_)
        return input_error("a port is prepared already", R"(put it back first: "restore")");
    XDPBENCH_TRY(net::PreparedPorts prepared, net::PreparedPorts::prepare(*netns_, {port}));
    for (const net::PortState& setting : prepared.changed())
        reply.changed.push_back(net::setting_text(setting));
    for (const Error& error : prepared.refused()) reply.refused.push_back(error.what);
    prepared_.emplace(std::move(prepared));
    return {};
}

Result<void> Settings::set_up(const net::InterfaceInfo& port, bool up, remote::Reply& reply) {
    XDPBENCH_TRY(const net::LinkDetails before, net::query_link(*netns_, port.index));
    if (before.up == up) return {};
    XDPBENCH_CHECK(net::set_up(*netns_, port.name, up));
    const std::string text = fmt::format("{} of {}", up ? "up" : "down", port.name);
    undo_.emplace_back(text, [this, port, up] { return net::set_up(*netns_, port.name, !up); });
    reply.changed.push_back(text);
    return {};
}

// Recorded once: what they were before the first change is put back.
Result<void> Settings::set_queues(const net::InterfaceInfo& port, std::uint32_t queues,
                                  remote::Reply& reply) {
    const std::string text = fmt::format("queues of {}", port.name);
    const bool known =
        std::any_of(undo_.begin(), undo_.end(), [&](const auto& one) { return one.first == text; });
    if (!known) {
        XDPBENCH_TRY(net::RecordedChange begun,
                     net::RecordedChange::begin(*netns_, {{port.name, "channels"}}));
        const auto change = std::make_shared<net::RecordedChange>(std::move(begun));
        undo_.emplace_back(text, [change] { return change->restore(); });
    }
    XDPBENCH_CHECK(net::set_queues(*netns_, {port.name}, queues));
    reply.changed.push_back(text);
    return {};
}

Result<void> Settings::change(const net::InterfaceInfo& port, const remote::Request& request,
                              remote::Reply& reply) {
    if (request.prepare) XDPBENCH_CHECK(prepare(port.name, reply));
    if (request.up) XDPBENCH_CHECK(set_up(port, *request.up, reply));
    if (request.queues > 0) XDPBENCH_CHECK(set_queues(port, request.queues, reply));
    if (!request.mtu || *request.mtu == port.mtu) return {};
    Result<void> done = net::set_mtu(*netns_, port.name, *request.mtu);
    if (!done) {
        // As of a port of this machine: why a driver refuses is its own business.
        Error error =
            done.error().in(fmt::format("{} cannot have the MTU {}", port.name, *request.mtu));
        error.kind = ErrorKind::unavailable;
        return error;
    }
    const std::string text = fmt::format("mtu of {}", port.name);
    undo_.emplace_back(text, [this, port] { return net::set_mtu(*netns_, port.name, port.mtu); });
    reply.changed.push_back(text);
    return {};
}

Result<void> Settings::restore(remote::Reply& reply) {
    Result<void> all;
    for (; !undo_.empty(); undo_.pop_back()) {
        const Result<void> done = undo_.back().second();
        if (done) {
            reply.changed.push_back(undo_.back().first);
        } else if (all) {
            all = done.error().in(fmt::format("cannot restore {}", undo_.back().first));
        }
    }
    if (!prepared_) return all;
    for (const net::PortState& setting : prepared_->changed())
        reply.changed.push_back(net::setting_text(setting));
    const Result<void> done = prepared_->restore();
    prepared_.reset();
    if (!done && all) all = done.error();
    return all;
}

}  // namespace xdpbench::generate
