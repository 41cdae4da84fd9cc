// Whether a scenario can be run: found out before anything is created.
#include <fmt/format.h>

#include <algorithm>

#include "engine/check.h"
#include "engine/lan.h"
#include "engine/redirect_check.h"
#include "engine/step_check.h"
#include "traffic/generator.h"

namespace xdpbench {
namespace {

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
        XDPBENCH_CHECK(validate_events(configured, check));
        for (const Step& step : check.steps)
            XDPBENCH_CHECK(validate_step(subject, configured, step));
        XDPBENCH_CHECK(validate_redirects(subject, configured, check));
    }
    if (scenario.lan) XDPBENCH_CHECK(validate_lan(subject));
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

Result<void> validate(const Subject& subject, bool sends) {
    XDPBENCH_CHECK(open_program(subject));
    return subject.judged ? validate_scenario(subject, sends) : validate_traffic(subject, sends);
}

}  // namespace xdpbench
