#include "engine/check.h"

#include <fmt/format.h>

#include <chrono>

#include "base/interrupt.h"
#include "engine/event_check.h"
#include "engine/redirect_check.h"
#include "engine/step_check.h"
#include "kernel/test_run.h"
#include "report/result_file.h"
#include "traffic/pinned.h"

namespace xdpbench {
namespace {

Result<Verdict> try_check(const Subject& subject, const Check& check) {
    if (interrupted()) return interrupted_error();
    // What a program keeps for each CPU must not depend on where the scheduler puts this thread.
    XDPBENCH_TRY(const PinnedThread pinned, PinnedThread::pin(measuring_cpu()));
    XDPBENCH_TRY(const LoneProgram lone,
                 load_alone(subject, check.configuration, queues_needed(check)));
    const Program& program = lone.program;
    XDPBENCH_TRY(StepRunner runner, StepRunner::create(lone, check));
    XDPBENCH_TRY(EventJudge events, EventJudge::open(program, check));
    Failures failures;
    for (const Step& step : check.steps)
        XDPBENCH_CHECK(runner.run(step, subject.scenario, events, failures));
    XDPBENCH_TRY(const std::vector<std::string> map_lines, program.compare_maps(check.expect_maps));
    for (const std::string& line : map_lines) failures.add(line);
    XDPBENCH_TRY(const std::vector<std::string> event_lines, events.differences());
    for (const std::string& line : event_lines) failures.add(line);
    if (failures.empty()) {
        XDPBENCH_TRY(const std::vector<std::string> lines, redirect_differences(subject, check));
        for (const std::string& line : lines) failures.add(line);
    }
    if (failures.empty()) return Verdict{};
    return Verdict{Outcome::failed, failures.text(), failures.mismatch()};
}

}  // namespace

Verdict verdict_of(const Error& error) {
    switch (error.kind) {
        case ErrorKind::unavailable:
        case ErrorKind::interrupted:
            return {Outcome::skipped, error.text()};
        case ErrorKind::invalid:
            return {Outcome::invalid, error.text()};
        default:
            return {Outcome::failed, save_log(error).text()};
    }
}

Verdict run_check(const Subject& subject, const Check& check) {
    Result<Verdict> verdict = try_check(subject, check);
    return verdict ? *verdict : verdict_of(verdict.error());
}

Result<VerdictRecord> count_verdicts(const Subject& subject) {
    XDPBENCH_TRY(const LoneProgram lone, load_alone(subject));
    XDPBENCH_TRY(FrameStream reader, FrameStream::open(subject.traffic, subject.scenario));
    TestRunner runner(lone.program.fd());
    VerdictRecord record;
    record.program = subject.scenario.name;
    record.traffic = subject.traffic.text;
    const auto start = std::chrono::steady_clock::now();
    for (;;) {
        if (interrupted()) break;
        XDPBENCH_TRY(const std::optional<Frame> frame, reader.next());
        if (!frame) break;
        Result<TestRunOutput> output = runner.run(frame->bytes);
        if (!output)
            return output.error().in(fmt::format("{}#{}", subject.traffic.text, record.frames));
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

}  // namespace xdpbench
