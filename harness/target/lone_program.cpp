#include "target/lone_program.h"

#include <algorithm>

#include "bpf/rx_metadata.h"
#include "scenario/interfaces.h"
#include "target/network_setup.h"
#include "xsk/occupied.h"

namespace xdpbench::target {
namespace {

bool settings_name_interfaces(const std::vector<scenario::Assignment>& settings) {
    return std::any_of(settings.begin(), settings.end(), [](const scenario::Assignment& setting) {
        scenario::Configuration alone;
        alone.globals.push_back({setting.place.name, setting.value});
        return scenario::names_interfaces(alone);
    });
}

bool needs_network(const Target& target, const scenario::Configuration& extra,
                   std::size_t rx_queues) {
    return rx_queues > 0 || target.scenario.network ||
           scenario::names_interfaces(target.scenario.configuration) ||
           scenario::names_interfaces(extra) || settings_name_interfaces(target.settings);
}

Result<bool> has_sockets(const bpf::Program& program) {
    for (const bpf::TypedMap& map : xsk::xskmaps_of(program)) {
        XDPBENCH_TRY(const bool occupied, xsk::is_occupied(map, 0));
        if (occupied) return true;
    }
    return false;
}

// Sockets that receive nothing. Of a program that others loaded only with permission: without it,
// and where there are some, runs say what it does with the sockets that it has.
Result<std::unique_ptr<xsk::Sockets>> lone_sockets(const LoneProgram& lone, const Target& target) {
    if (target.existing && !target.access.allowed) return std::unique_ptr<xsk::Sockets>();
    if (target.existing) {
        XDPBENCH_TRY(const bool others, has_sockets(lone.program));
        if (others) return std::unique_ptr<xsk::Sockets>();
    }
    const net::Link& link = lone.network->links.front();
    return xsk::idle_sockets_for(lone.program, lone.network->dut, link.dut);
}

Result<LoneProgram> load_in_network(const Target& target, const scenario::Configuration& extra,
                                    std::size_t rx_queues, LoneSockets sockets) {
    XDPBENCH_TRY(net::Network network,
                 make_network(target, 1, 0, std::max<std::size_t>(rx_queues, 1)));
    XDPBENCH_TRY(bpf::Program program, load_for_test_runs(target, network, extra));
    LoneProgram lone{std::move(network), std::move(program)};
    if (target.scenario.network && !lone.is_sent()) {
        XDPBENCH_TRY(bpf::XdpLink ingress,
                     bpf::XdpLink::attach(lone.network->dut, lone.network->links.front().dut,
                                          lone.program.fd(), model::Mode::native));
        lone.ingress.emplace(std::move(ingress));
    }
    // Frames that are sent arrive at the sockets of the link that they are sent through: a queue
    // has one only.
    if (sockets == LoneSockets::wanted && !lone.is_sent()) {
        XDPBENCH_TRY(lone.sockets, lone_sockets(lone, target));
    }
    return lone;
}

}  // namespace

bool LoneProgram::is_sent() const { return bpf::reads_rx_metadata(program); }

bpf::TestRunContext LoneProgram::context() const {
    bpf::TestRunContext context;
    if (ingress) context.ingress_ifindex = network->links.front().dut.index;
    return context;
}

Result<std::optional<net::InNetNs>> LoneProgram::enter() const {
    if (!network) return std::optional<net::InNetNs>();
    XDPBENCH_TRY(net::InNetNs inside, net::InNetNs::enter(network->dut));
    return std::optional(std::move(inside));
}

Result<LoneProgram> load_alone(const Target& target, const scenario::Configuration& extra,
                               std::size_t rx_queues, LoneSockets sockets) {
    if (needs_network(target, extra, rx_queues))
        return load_in_network(target, extra, rx_queues, sockets);
    XDPBENCH_TRY(bpf::Program program, open_program(target, extra));
    const bool wants_sockets = sockets == LoneSockets::wanted && !xsk::xskmaps_of(program).empty();
    if (bpf::reads_rx_metadata(program) || wants_sockets)
        return load_in_network(target, extra, rx_queues, sockets);
    if (target.judged && !target.described_only) XDPBENCH_CHECK(bpf::require_rx_metadata(program));
    XDPBENCH_CHECK(program.load());
    XDPBENCH_CHECK(fill_maps(target, program));
    return LoneProgram{std::nullopt, std::move(program)};
}

}  // namespace xdpbench::target
