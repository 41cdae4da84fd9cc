#include "engine/step_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/interrupt.h"
#include "base/text.h"
#include "kernel/metadata.h"
#include "packet/diff.h"
#include "scenario/diagnostic.h"

namespace xdpbench {
namespace {

const InterfaceInfo* interface_named(const Lane& lane, const std::string& name) {
    if (lane.dut.name == name) return &lane.dut;
    if (lane.far && lane.far->out.name == name) return &lane.far->out;
    return nullptr;
}

Result<void> validate_context(const Subject& subject, const Program& program,
                              const FrameContext& context) {
    if (context.metadata) XDPBENCH_CHECK(encode_metadata(program, *context.metadata));
    if (context.ingress.empty()) return {};
    const std::vector<std::string> names = Topology::interface_names(topology_of(subject));
    if (std::find(names.begin(), names.end(), context.ingress) != names.end()) return {};
    return error_at(context.where, fmt::format("there is no interface {}{}", context.ingress,
                                               what_there_is(context.ingress, names)));
}

}  // namespace

Result<StepFrames> load_step(const Step& step, const Scenario& scenario) {
    StepFrames frames;
    XDPBENCH_TRY(frames.in, load_frames(step.in, scenario));
    if (step.expect.unchanged) frames.out = frames.in;
    if (!step.expect.out) return frames;
    XDPBENCH_TRY(frames.out, load_frames(*step.expect.out, scenario));
    if (frames.out.size() == frames.in.size()) return frames;
    return input_error(fmt::format("{}: {} in, but {} expected out: each needs its own",
                                   step.where.text(), counted(frames.in.size(), "frame"),
                                   frames.out.size()));
}

Result<void> validate_step(const Subject& subject, const Program& program, const Step& step) {
    XDPBENCH_CHECK(load_step(step, subject.scenario));
    if (step.expect.metadata) XDPBENCH_CHECK(encode_metadata(program, *step.expect.metadata));
    return step.context ? validate_context(subject, program, *step.context) : Result<void>();
}

std::size_t queues_needed(const Check& check) {
    std::size_t queues = 0;
    for (const Step& step : check.steps) {
        if (step.context && !step.context->ingress.empty())
            queues = std::max<std::size_t>(queues, step.context->rx_queue + 1);
    }
    return queues;
}

StepRunner::StepRunner(const LoneProgram& lone, std::optional<InNetNs> inside)
    : lone_(&lone), inside_(std::move(inside)), runner_(lone.program.fd()) {}

Result<StepRunner> StepRunner::create(const LoneProgram& lone, const Check& check) {
    std::optional<InNetNs> inside;
    if (lone.network) {
        XDPBENCH_TRY(InNetNs entered, InNetNs::enter(lone.network->dut));
        inside.emplace(std::move(entered));
    }
    StepRunner runner(lone, std::move(inside));
    for (const Step& step : check.steps) {
        if (step.context && !step.context->ingress.empty())
            XDPBENCH_CHECK(runner.attach_to(step.context->ingress));
    }
    return runner;
}

Result<void> StepRunner::attach_to(const std::string& interface) {
    if (attached_.contains(interface)) return {};
    const Topology& network = *lone_->network;
    Result<XdpLink> link =
        XdpLink::attach(network.dut, *interface_named(network.lanes.front(), interface),
                        lone_->program.fd(), Mode::native);
    if (!link) return link.error().in("the ingress interface of a check");
    attached_.emplace(interface, *std::move(link));
    return {};
}

Result<StepRunner::Context> StepRunner::context_of(const Step& step) const {
    Context context;
    if (!step.context) return context;
    context.given.rx_queue = step.context->rx_queue;
    if (!step.context->ingress.empty()) {
        const Lane& lane = lone_->network->lanes.front();
        context.given.ingress_ifindex = interface_named(lane, step.context->ingress)->index;
    }
    if (step.context->metadata) {
        XDPBENCH_TRY(context.metadata, encode_metadata(lone_->program, *step.context->metadata));
    }
    return context;
}

Result<TestRunOutput> StepRunner::run_frame(const Frame& frame, const Context& context) {
    TestRunContext given = context.given;
    given.metadata = context.metadata;
    return runner_.run(frame.bytes, given);
}

Result<void> StepRunner::run_each(const Step& step, const Frames& in, const Handler& handle) {
    XDPBENCH_TRY(const Context context, context_of(step));
    for (std::size_t i = 0; i < in.size(); ++i) {
        if (interrupted()) return interrupted_error();
        Result<TestRunOutput> output = run_frame(in[i], context);
        if (!output) return output.error().in(frame_name(step.in, i));
        XDPBENCH_CHECK(handle(*output));
    }
    return {};
}

Result<std::vector<std::uint32_t>> StepRunner::returned(const Step& step,
                                                        const Scenario& scenario) {
    XDPBENCH_TRY(const StepFrames frames, load_step(step, scenario));
    std::vector<std::uint32_t> returned;
    XDPBENCH_CHECK(run_each(step, frames.in, [&](const TestRunOutput& output) -> Result<void> {
        returned.push_back(output.returned);
        return {};
    }));
    return returned;
}

Result<void> StepRunner::run(const Step& step, const Scenario& scenario, EventJudge& events,
                             Failures& failures) {
    XDPBENCH_TRY(const StepFrames frames, load_step(step, scenario));
    XDPBENCH_TRY(const Context context, context_of(step));
    XDPBENCH_CHECK(events.begin_step(step));
    for (std::size_t i = 0; i < frames.in.size(); ++i) {
        XDPBENCH_TRY(const TestRunOutput output, run_frame(frames.in[i], context));
        XDPBENCH_CHECK(events.read());
        XDPBENCH_CHECK(judge(step, frame_name(step.in, i),
                             frames.out.empty() ? nullptr : &frames.out[i], output, failures));
    }
    XDPBENCH_TRY(const std::vector<std::string> event_lines, events.end_step());
    for (const std::string& line : event_lines)
        failures.add(fmt::format("{}: {}", step.in.text, line));
    return {};
}

Result<void> StepRunner::judge(const Step& step, const std::string& frame, const Frame* out,
                               const TestRunOutput& output, Failures& failures) const {
    const StepExpectation& expect = step.expect;
    if (output.returned != static_cast<std::uint32_t>(expect.action)) {
        failures.add(fmt::format("{}: expected {}, got {}", frame, action_name(expect.action),
                                 returned_text(output.returned)));
        return {};
    }
    const std::string as_expected =
        fmt::format("{}: {} as expected, but ", frame, returned_text(output.returned));
    const Frame actual{{output.frame.begin(), output.frame.end()}, 0};
    std::string difference = out == nullptr ? "" : describe_difference(*out, actual, expect.mask);
    std::optional<Frame> expected;
    if (!difference.empty()) expected = *out;
    if (const std::vector<FieldDifference> fields = differences_from(expect.frame, actual);
        !fields.empty()) {
        difference = difference_lines(fields) + difference;
        if (!expected) expected = corrected(expect.frame, actual);
    }
    if (!difference.empty()) {
        failures.add(as_expected + "another frame came out:\n" + difference,
                     {frame, std::move(expected), actual});
    }
    if (!expect.metadata) return {};
    XDPBENCH_TRY(const std::vector<std::string> lines,
                 metadata_differences(lone_->program, *expect.metadata, output.metadata));
    if (!lines.empty()) {
        failures.add(fmt::format("{}other metadata:\n  {}", as_expected, fmt::join(lines, "\n  ")));
    }
    return {};
}

}  // namespace xdpbench
