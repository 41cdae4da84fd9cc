#include "engine/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/interrupt.h"
#include "base/text.h"
#include "engine/event_check.h"
#include "kernel/test_run.h"
#include "packet/diff.h"
#include "report/result_file.h"
#include "traffic/generator.h"

namespace xdpbench {
namespace {

// A check that goes wrong tends to do so for every frame; the first ones tell what it is.
constexpr std::size_t kFailuresShown = 3;

class Failures {
  public:
    void add(std::string text) {
        if (++count_ <= kFailuresShown) text_ += (text_.empty() ? "" : "\n") + std::move(text);
    }
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] std::string text() const {
        if (count_ <= kFailuresShown) return text_;
        return fmt::format("{}\n... and {}", text_,
                           counted(count_ - kFailuresShown, "more failure"));
    }

  private:
    std::size_t count_ = 0;
    std::string text_;
};

struct StepFrames {
    Frames in;
    Frames out;  // empty: the output is not compared
};

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

Result<void> run_step(TestRunner& runner, EventJudge& events, const Step& step,
                      const Scenario& scenario, Failures& failures) {
    XDPBENCH_TRY(const StepFrames frames, load_step(step, scenario));
    const auto wanted = static_cast<std::uint32_t>(step.expect.action);
    for (std::size_t i = 0; i < frames.in.size(); ++i) {
        XDPBENCH_TRY(const TestRunOutput output, runner.run(frames.in[i].bytes));
        XDPBENCH_CHECK(events.read());
        if (output.returned != wanted) {
            failures.add(fmt::format("{}: expected {}, got {}", frame_name(step.in, i),
                                     action_name(step.expect.action),
                                     returned_text(output.returned)));
        } else if (!frames.out.empty()) {
            const Frame actual{{output.frame.begin(), output.frame.end()}, 0};
            if (!diff_frames(frames.out[i], actual, step.expect.mask).empty()) {
                failures.add(
                    fmt::format("{}: {} as expected, but another frame came out:\n{}",
                                frame_name(step.in, i), returned_text(output.returned),
                                describe_difference(frames.out[i], actual, step.expect.mask)));
            }
        }
    }
    return {};
}

Result<Verdict> try_check(const Subject& subject, const Check& check) {
    if (interrupted()) return interrupted_error();
    XDPBENCH_TRY(const LoneProgram lone, load_alone(subject, check.configuration));
    const Program& program = lone.program;
    TestRunner runner(program.fd());
    XDPBENCH_TRY(EventJudge events, EventJudge::open(program, check.expect_events));
    Failures failures;
    for (const Step& step : check.steps)
        XDPBENCH_CHECK(run_step(runner, events, step, subject.scenario, failures));
    XDPBENCH_TRY(const std::vector<std::string> map_lines, program.compare_maps(check.expect_maps));
    for (const std::string& line : map_lines) failures.add(line);
    XDPBENCH_TRY(const std::vector<std::string> event_lines, events.differences());
    for (const std::string& line : event_lines) failures.add(line);
    if (failures.empty()) return Verdict{};
    return Verdict{Outcome::failed, failures.text()};
}

Result<void> require_sendable(const Frames& frames) {
    std::size_t longest = 0;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        XDPBENCH_CHECK(Generator::require_length(i, frames[i].bytes.size()));
        longest = std::max(longest, frames[i].bytes.size());
    }
    return Generator::require_count(frames.size(), longest);
}

Result<void> validate_scenario(const Subject& subject, bool sends) {
    const Scenario& scenario = subject.scenario;
    for (const Check& check : scenario.checks) {
        XDPBENCH_TRY(const Program configured, open_program(subject, check.configuration));
        XDPBENCH_CHECK(configured.validate_expectations(check.expect_maps));
        XDPBENCH_CHECK(validate_events(configured, check.expect_events));
        for (const Step& step : check.steps) XDPBENCH_CHECK(load_step(step, scenario));
    }
    std::vector<const FrameRef*> sent;
    if (scenario.replay) sent.push_back(&scenario.replay->traffic);
    if (scenario.bench) sent.push_back(&scenario.bench->traffic);
    for (const FrameRef* const traffic : sent) {
        XDPBENCH_TRY(const Frames frames, load_frames(*traffic, scenario));
        if (!sends) continue;
        Result<void> sendable = require_sendable(frames);
        if (!sendable) return sendable.error().in(traffic->where.text());
    }
    if (!scenario.replay) return {};
    if (scenario.replay->received)
        XDPBENCH_CHECK(load_frames(*scenario.replay->received, scenario));
    if (scenario.replay->passed) XDPBENCH_CHECK(load_frames(*scenario.replay->passed, scenario));
    if (scenario.replay->replace) {
        XDPBENCH_TRY(const Subject second, replacement_of(subject));
        XDPBENCH_CHECK(open_program(second));
    }
    if (scenario.replay->forwarded)
        XDPBENCH_CHECK(load_frames(*scenario.replay->forwarded, scenario));
    return {};
}

// Reads as far as it must: the first frame, or, if all of them are to be sent, every one. Keeps
// none.
Result<void> validate_traffic(const Subject& subject, bool sends) {
    const std::string& name = subject.traffic.text;
    XDPBENCH_TRY(FrameStream reader, FrameStream::open(subject.traffic, subject.scenario));
    XDPBENCH_TRY(std::optional<Frame> frame, reader.next());
    if (!frame) return input_error(fmt::format("{} has no frames", name));
    std::size_t longest = 0;
    while (sends && frame) {
        const std::size_t length = frame->bytes.size();
        Result<void> sendable = Generator::require_length(reader.position() - 1, length);
        if (!sendable) return sendable.error().in(name);
        longest = std::max(longest, length);
        XDPBENCH_TRY(frame, reader.next());
    }
    if (!sends) return {};
    Result<void> sendable = Generator::require_count(reader.position(), longest);
    if (!sendable) return sendable.error().in(name);
    return {};
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

Result<void> validate(const Subject& subject, bool sends) {
    XDPBENCH_CHECK(open_program(subject));
    return subject.judged ? validate_scenario(subject, sends) : validate_traffic(subject, sends);
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
