#include "check/step_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/interrupt.h"
#include "base/text.h"
#include "bpf/metadata.h"
#include "packet/diff.h"
#include "scenario/diagnostic.h"

namespace xdpbench::check {
namespace {

const net::InterfaceInfo* interface_named(const net::Link& link, const std::string& name) {
    if (link.dut.name == name) return &link.dut;
    if (link.far && link.far->out.name == name) return &link.far->out;
    return nullptr;
}

Result<void> validate_context(const target::Target& target, const bpf::Program& program,
                              const scenario::FrameContext& context) {
    if (context.metadata) XDPBENCH_CHECK(bpf::encode_metadata(program, *context.metadata));
    if (context.ingress.empty()) return {};
    const std::vector<std::string> names =
        net::Network::interface_names(target::network_of(target));
    if (std::find(names.begin(), names.end(), context.ingress) != names.end()) return {};
    return scenario::error_at(context.where,
                              fmt::format("there is no interface {}{}", context.ingress,
                                          what_there_is(context.ingress, names)));
}

}  // namespace

Result<StepFrames> load_step(const scenario::Step& step, const scenario::Scenario& scenario) {
    StepFrames frames;
    XDPBENCH_TRY(frames.in, target::load_frames(step.in, scenario));
    if (step.expect.unchanged) frames.out = frames.in;
    if (!step.expect.out) return frames;
    XDPBENCH_TRY(frames.out, target::load_frames(*step.expect.out, scenario));
    if (frames.out.size() == frames.in.size()) return frames;
    return input_error(fmt::format("{}: {} in, but {} expected out: each needs its own",
                                   step.where.text(), counted(frames.in.size(), "frame"),
                                   frames.out.size()));
}

Result<void> validate_step(const target::Target& target, const bpf::Program& program,
                           const scenario::Step& step) {
    XDPBENCH_CHECK(load_step(step, target.scenario));
    if (step.expect.metadata) XDPBENCH_CHECK(bpf::encode_metadata(program, *step.expect.metadata));
    return step.context ? validate_context(target, program, *step.context) : Result<void>();
}

std::size_t queues_needed(const scenario::Check& check) {
    std::size_t queues = 0;
    for (const scenario::Step& step : check.steps) {
        if (step.context && !step.context->ingress.empty())
            queues = std::max<std::size_t>(queues, step.context->rx_queue + 1);
    }
    return queues;
}

StepRunner::StepRunner(const target::LoneProgram& lone, std::optional<net::InNetNs> inside)
    : lone_(&lone), inside_(std::move(inside)), runner_(lone.program.fd()) {}

Result<StepRunner> StepRunner::create(const target::LoneProgram& lone,
                                      const scenario::Check& check) {
    std::optional<net::InNetNs> inside;
    if (lone.network) {
        XDPBENCH_TRY(net::InNetNs entered, net::InNetNs::enter(lone.network->dut));
        inside.emplace(std::move(entered));
    }
    StepRunner runner(lone, std::move(inside));
    for (const scenario::Step& step : check.steps) {
        if (step.context && !step.context->ingress.empty())
            XDPBENCH_CHECK(runner.attach_to(step.context->ingress));
    }
    return runner;
}

Result<void> StepRunner::attach_to(const std::string& interface) {
    if (attached_.contains(interface)) return {};
    const net::Network& network = *lone_->network;
    Result<bpf::XdpLink> xdp_link =
        bpf::XdpLink::attach(network.dut, *interface_named(network.links.front(), interface),
                             lone_->program.fd(), model::Mode::native);
    if (!xdp_link) return xdp_link.error().in("the ingress interface of a check");
    attached_.emplace(interface, *std::move(xdp_link));
    return {};
}

Result<StepRunner::Context> StepRunner::context_of(const scenario::Step& step) const {
    Context context;
    if (!step.context) return context;
    context.given.rx_queue = step.context->rx_queue;
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

Result<bpf::TestRunOutput> StepRunner::run_frame(const packet::Frame& frame,
                                                 const Context& context) {
    bpf::TestRunContext given = context.given;
    given.metadata = context.metadata;
    return runner_.run(frame.bytes, given);
}

Result<void> StepRunner::run_each(const scenario::Step& step, const packet::Frames& in,
                                  const Handler& handle) {
    XDPBENCH_TRY(const Context context, context_of(step));
    for (std::size_t i = 0; i < in.size(); ++i) {
        if (interrupted()) return interrupted_error();
        Result<bpf::TestRunOutput> output = run_frame(in[i], context);
        if (!output) return output.error().in(target::frame_name(step.in, i));
        XDPBENCH_CHECK(handle(*output));
    }
    return {};
}

Result<std::vector<std::uint32_t>> StepRunner::returned(const scenario::Step& step,
                                                        const scenario::Scenario& scenario) {
    XDPBENCH_TRY(const StepFrames frames, load_step(step, scenario));
    std::vector<std::uint32_t> returned;
    XDPBENCH_CHECK(run_each(step, frames.in, [&](const bpf::TestRunOutput& output) -> Result<void> {
        returned.push_back(output.returned);
        return {};
    }));
    return returned;
}

Result<void> StepRunner::run(const scenario::Step& step, const scenario::Scenario& scenario,
                             EventJudge& events, Failures& failures) {
    XDPBENCH_TRY(const StepFrames frames, load_step(step, scenario));
    XDPBENCH_TRY(const Context context, context_of(step));
    XDPBENCH_CHECK(events.begin_step(step));
    for (std::size_t i = 0; i < frames.in.size(); ++i) {
        XDPBENCH_TRY(const bpf::TestRunOutput output, run_frame(frames.in[i], context));
        XDPBENCH_CHECK(events.read());
        XDPBENCH_CHECK(judge(step, target::frame_name(step.in, i),
                             frames.out.empty() ? nullptr : &frames.out[i], output, failures));
    }
    XDPBENCH_TRY(const std::vector<std::string> event_lines, events.end_step());
    for (const std::string& line : event_lines)
        failures.add(fmt::format("{}: {}", step.in.text, line));
    return {};
}

Result<void> StepRunner::judge(const scenario::Step& step, const std::string& frame,
                               const packet::Frame* out, const bpf::TestRunOutput& output,
                               Failures& failures) const {
    const scenario::StepExpectation& expect = step.expect;
    if (output.returned != static_cast<std::uint32_t>(expect.action)) {
        failures.add(fmt::format("{}: expected {}, got {}", frame,
                                 model::action_name(expect.action),
                                 bpf::returned_text(output.returned)));
        return {};
    }
    const std::string as_expected =
        fmt::format("{}: {} as expected, but ", frame, bpf::returned_text(output.returned));
    const packet::Frame actual{{output.frame.begin(), output.frame.end()}, 0};
    std::string difference =
        out == nullptr ? "" : packet::describe_difference(*out, actual, expect.mask);
    std::optional<packet::Frame> expected;
    if (!difference.empty()) expected = *out;
    if (const std::vector<packet::FieldDifference> fields =
            packet::differences_from(expect.frame, actual);
        !fields.empty()) {
        difference = packet::difference_lines(fields) + difference;
        if (!expected) expected = packet::corrected(expect.frame, actual);
    }
    if (!difference.empty()) {
        failures.add(as_expected + "another frame came out:\n" + difference,
                     {frame, std::move(expected), actual});
    }
    if (!expect.metadata) return {};
    XDPBENCH_TRY(const std::vector<std::string> lines,
                 bpf::metadata_differences(lone_->program, *expect.metadata, output.metadata));
    if (!lines.empty()) {
        failures.add(fmt::format("{}other metadata:\n  {}", as_expected, fmt::join(lines, "\n  ")));
    }
    return {};
}

}  // namespace xdpbench::check
