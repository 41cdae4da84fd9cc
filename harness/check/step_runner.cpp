#include "check/step_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/interrupt.h"
#include "base/text.h"
#include "base/wait.h"
#include "bpf/metadata.h"
#include "scenario/diagnostic.h"
#include "scenario/interfaces.h"

namespace xdpbench::check {
namespace {

const net::InterfaceInfo* interface_named(const net::Link& link, const std::string& name) {
    if (link.dut.name == name) return &link.dut;
    if (link.far && link.far->out.name == name) return &link.far->out;
    return nullptr;
}

// Time that passes for the program.
Result<void> wait_for(double seconds) {
    return wait_until(Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                         std::chrono::duration<double>(seconds)));
}

// What a frame that comes over a cable cannot have.
Result<void> require_sendable(const scenario::Check& check) {
    for (const scenario::Step& step : check.steps) {
        if (!step.context) continue;
        const scenario::FrameContext& context = *step.context;
        if (context.metadata || context.linear || context.rx_queue != 0)
            return scenario::error_at(
                context.where,
                "the program reads rx metadata: its frames are sent, and come in by dut0, queue 0, "
                "without 'metadata' and 'linear'");
    }
    return {};
}

}  // namespace

Result<void> validate_changes(const target::Target& target, const bpf::Program& program,
                              const scenario::Step& step) {
    scenario::InterfaceIndexes placeholders;
    for (const std::string& name : net::Network::interface_names(target::network_of(target)))
        placeholders[name] = 1;
    XDPBENCH_TRY(const scenario::Configuration changes,
                 scenario::with_indexes({{}, step.set}, placeholders));
    return program.validate_changes(changes.maps);
}

Result<void> validate_context(const target::Target& target, const bpf::Program& program,
                              const scenario::Step& step) {
    if (!step.context) return {};
    const scenario::FrameContext& context = *step.context;
    if (context.metadata) XDPBENCH_CHECK(bpf::encode_metadata(program, *context.metadata));
    if (context.linear && !program.has_frags())
        return scenario::error_at(context.where,
                                  "'linear' divides a frame into a linear part and fragments, and "
                                  "the program is not in SEC(\"xdp.frags\")");
    if (context.ingress.empty()) return {};
    const std::vector<std::string> names =
        net::Network::interface_names(target::network_of(target));
    if (std::find(names.begin(), names.end(), context.ingress) != names.end()) return {};
    return scenario::error_at(context.where,
                              fmt::format("there is no interface {}{}", context.ingress,
                                          what_there_is(context.ingress, names)));
}

std::size_t queues_needed(const scenario::Check& check) {
    std::size_t queues = 0;
    for (const scenario::Step& step : check.steps) {
        if (step.context && !step.context->ingress.empty())
            queues = std::max<std::size_t>(queues, step.context->rx_queue + 1);
        if (scenario::names_interfaces({{}, step.set})) queues = std::max<std::size_t>(queues, 1);
    }
    return queues;
}

StepRunner::StepRunner(const target::LoneProgram& lone, std::optional<net::InNetNs> inside)
    : lone_(&lone), inside_(std::move(inside)), runner_(lone.program.fd()) {}

Result<StepRunner> StepRunner::create(const target::LoneProgram& lone,
                                      const scenario::Check& check) {
    XDPBENCH_TRY(std::optional<net::InNetNs> inside, lone.enter());
    StepRunner runner(lone, std::move(inside));
    if (lone.is_sent()) {
        XDPBENCH_CHECK(require_sendable(check));
        XDPBENCH_TRY(runner.sent_, SentFrames::create(lone));
        return runner;
    }
    for (const scenario::Step& step : check.steps) {
        if (step.context && !step.context->ingress.empty())
            XDPBENCH_CHECK(runner.attach_to(step.context->ingress));
    }
    return runner;
}

Result<void> StepRunner::attach_to(const std::string& interface) {
    if (attached_.contains(interface)) return {};
    if (lone_->ingress && interface == "dut0") return {};  // it is attached there
    const net::Network& network = *lone_->network;
    Result<bpf::XdpLink> xdp_link =
        bpf::XdpLink::attach(network.dut, *interface_named(network.links.front(), interface),
                             lone_->program.fd(), model::Mode::native);
    if (!xdp_link) return xdp_link.error().in("the ingress interface of a check");
    attached_.emplace(interface, *std::move(xdp_link));
    return {};
}

Result<void> StepRunner::change_maps(const scenario::Step& step) const {
    if (step.set.empty()) return {};
    scenario::Configuration changes{{}, step.set};
    if (lone_->network) {
        XDPBENCH_TRY(changes, scenario::with_indexes(changes, lone_->network->interfaces(0)));
    }
    return lone_->program.change_maps(changes.maps);
}

Result<StepRunner::Context> StepRunner::context_of(const scenario::Step& step) const {
    Context context;
    context.given = lone_->context();
    if (!step.context) return context;
    context.given.rx_queue = step.context->rx_queue;
    context.given.linear = step.context->linear.value_or(0);
    if (!step.context->ingress.empty()) {
        const net::Link& link = lone_->network->links.front();
        context.given.ingress_ifindex = interface_named(link, step.context->ingress)->index;
    }
    if (step.context->metadata) {
        XDPBENCH_TRY(context.metadata,
                     bpf::encode_metadata(lone_->program, *step.context->metadata));
    }
    return context;
}

Result<void> StepRunner::run_each(const scenario::Step& step, const packet::Frames& in,
                                  const Handler& handle) {
    XDPBENCH_CHECK(wait_for(step.wait_seconds));
    XDPBENCH_CHECK(change_maps(step));
    XDPBENCH_TRY(const Context context, context_of(step));
    bpf::TestRunContext given = context.given;
    given.metadata = context.metadata;
    for (std::size_t i = 0; i < in.size(); ++i) {
        if (interrupted()) return interrupted_error();
        const Result<bpf::TestRunOutput> output =
            sent_ ? sent_->run(in[i].bytes) : runner_.run(in[i].bytes, given);
        if (!output) return output.error().in(target::frame_name(step.in, i));
        XDPBENCH_CHECK(handle(*output));
    }
    return {};
}

Result<std::vector<std::uint32_t>> StepRunner::returned(const scenario::Step& step,
                                                        const packet::Frames& in) {
    std::vector<std::uint32_t> returned;
    XDPBENCH_CHECK(run_each(step, in, [&](const bpf::TestRunOutput& output) -> Result<void> {
        returned.push_back(output.returned);
        return {};
    }));
    return returned;
}

}  // namespace xdpbench::check
