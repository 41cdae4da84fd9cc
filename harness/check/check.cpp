#include "check/check.h"

#include <fmt/format.h>

#include <chrono>

#include "base/interrupt.h"
#include "bpf/test_run.h"
#include "check/event_check.h"
#include "check/redirect_check.h"
#include "check/step_check.h"
#include "traffic/pinned.h"

namespace xdpbench::check {
namespace {

Result<Verdict> try_check(const target::Target& target, const scenario::Check& check) {
    if (interrupted()) return interrupted_error();
    // What a program keeps for each CPU must not depend on where the scheduler puts this thread.
    XDPBENCH_TRY(const traffic::PinnedThread pinned,
                 traffic::PinnedThread::pin(traffic::measuring_cpu()));
    XDPBENCH_TRY(const target::LoneProgram lone,
                 target::load_alone(target, check.configuration, queues_needed(check)));
    const bpf::Program& program = lone.program;
    XDPBENCH_TRY(StepRunner runner, StepRunner::create(lone, check));
    XDPBENCH_TRY(EventJudge events, EventJudge::open(program, check));
    Failures failures;
    for (const scenario::Step& step : check.steps)
        XDPBENCH_CHECK(runner.run(step, target.scenario, events, failures));
    XDPBENCH_TRY(const std::vector<std::string> map_lines, program.compare_maps(check.expect_maps));
    for (const std::string& line : map_lines) failures.add(line);
    XDPBENCH_TRY(const std::vector<std::string> event_lines, events.differences());
    for (const std::string& line : event_lines) failures.add(line);
    if (failures.empty()) {
        XDPBENCH_TRY(const std::vector<std::string> lines, redirect_differences(target, check));
        for (const std::string& line : lines) failures.add(line);
    }
    if (failures.empty()) return Verdict{};
    return Verdict{model::Outcome::failed, failures.text(), failures.mismatch()};
}

}  // namespace

Verdict verdict_of(const Error& error) {
    model::Ending ending = model::ending_of(error);
    return {ending.outcome, std::move(ending.message)};
}

Verdict run_check(const target::Target& target, const scenario::Check& check) {
    Result<Verdict> verdict = try_check(target, check);
    return verdict ? *verdict : verdict_of(verdict.error());
}

Result<model::VerdictRecord> count_verdicts(const target::Target& target) {
    XDPBENCH_TRY(const target::LoneProgram lone, target::load_alone(target));
    XDPBENCH_TRY(target::FrameStream reader,
                 target::FrameStream::open(target.traffic, target.scenario));
    bpf::TestRunner runner(lone.program.fd());
    model::VerdictRecord record;
    record.program = target.scenario.name;
    record.traffic = target.traffic.text;
    const auto start = std::chrono::steady_clock::now();
    for (;;) {
        if (interrupted()) break;
        XDPBENCH_TRY(const std::optional<packet::Frame> frame, reader.next());
        if (!frame) break;
        Result<bpf::TestRunOutput> output = runner.run(frame->bytes);
        if (!output)
            return output.error().in(fmt::format("{}#{}", target.traffic.text, record.frames));
        ++record.frames;
        if (output->returned < record.actions.size()) {
            ++record.actions[output->returned];
        } else {
            ++record.no_action;
        }
    }
    record.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return record;
}

}  // namespace xdpbench::check
