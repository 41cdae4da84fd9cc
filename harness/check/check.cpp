#include "check/check.h"

#include <fmt/format.h>

#include "base/interrupt.h"
#include "bpf/test_run.h"
#include "check/expectations.h"
#include "check/failures.h"
#include "check/reproducible.h"
#include "traffic/pinned.h"

namespace xdpbench::check {
namespace {

// Adds what is wrong with one frame.
void add_fault(const std::string& frame, const FrameFault& fault, const FrameResult& result,
               Failures& failures) {
    if (!fault.action.empty()) return failures.add(fmt::format("{}: {}", frame, fault.action));
    const std::string as_expected =
        fmt::format("{}: {} as expected, but ", frame, bpf::returned_text(result.returned));
    if (!fault.frame.empty()) {
        failures.add(as_expected + "another frame came out:\n" + fault.frame,
                     {frame, fault.expected, {result.out.bytes, 0}, fault.differences});
    }
    if (!fault.beside.empty()) failures.add(as_expected + fault.beside);
}

Result<void> judge_step(const PreparedCheck& prepared, std::size_t number, FrameRange frames,
                        const Observation& seen, Failures& failures) {
    const scenario::Step& step = prepared.check->steps[number];
    for (std::size_t i = 0; i < prepared.in[number].size(); ++i) {
        const FrameResult& result = seen.results[number][i];
        XDPBENCH_TRY(const FrameFault fault,
                     frame_fault(prepared.steps[number],
                                 {seen.program(), prepared.in[number][i], i, result}));
        if (fault.any()) add_fault(target::frame_name(step.in, i), fault, result, failures);
    }
    for (const auto& one : prepared.steps[number]) {
        XDPBENCH_TRY(const std::vector<std::string> lines, one->compare(seen, frames));
        for (const std::string& line : lines)
            failures.add(fmt::format("{}: {}", step.in.text, line));
    }
    return {};
}

Result<void> judge(const PreparedCheck& prepared, const Observation& seen, Failures& failures) {
    FrameRange frames;
    for (std::size_t number = 0; number < prepared.steps.size(); ++number) {
        frames.first = frames.end;
        frames.end += prepared.in[number].size();
        XDPBENCH_CHECK(judge_step(prepared, number, frames, seen, failures));
    }
    for (const auto& one : prepared.whole) {
        XDPBENCH_TRY(const std::vector<std::string> lines, one->compare(seen, {0, frames.end}));
        for (const std::string& line : lines) failures.add(line);
    }
    return {};
}

// What more runs must show.
Result<void> prove(const PreparedCheck& prepared, Failures& failures) {
    for (const Expectations& step : prepared.steps) {
        for (const auto& one : step) {
            XDPBENCH_TRY(const std::vector<std::string> lines, one->prove(prepared));
            for (const std::string& line : lines) failures.add(line);
        }
    }
    return {};
}

Result<Verdict> try_check(const target::Target& target, const scenario::Check& check) {
    if (interrupted()) return interrupted_error();
    // What a program keeps for each CPU must not depend on where the scheduler puts this thread.
    XDPBENCH_TRY(const traffic::PinnedThread pinned,
                 traffic::PinnedThread::pin(traffic::measuring_cpu()));
    XDPBENCH_TRY(const PreparedCheck prepared, prepare_check(target, check));
    Failures failures;
    {
        XDPBENCH_TRY(const Observation seen, observe(target, check, prepared.in, prepared.wanted));
        XDPBENCH_CHECK(judge(prepared, seen, failures));
    }
    if (failures.empty()) XDPBENCH_CHECK(prove(prepared, failures));
    if (failures.empty()) return Verdict{};
    return Verdict{model::Outcome::failed, failures.text(), failures.mismatch(), failures.all()};
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

Result<Verdict> judge_check(const target::Target& target, const scenario::Check& check) {
    Result<Verdict> verdict = try_check(target, check);
    if (!verdict && model::outcome_of(verdict.error()) == model::Outcome::failed)
        return verdict_of(verdict.error());
    return verdict;
}

Result<model::VerdictRecord> count_verdicts(const target::Target& target) {
    model::VerdictRecord record;
    record.program = target.scenario.name;
    record.traffic = target.traffic.text;
    XDPBENCH_TRY(record.not_reproducible, why_not_reproducible(target, target.traffic, &record));
    return record;
}

}  // namespace xdpbench::check
