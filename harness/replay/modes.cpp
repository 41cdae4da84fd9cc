#include "replay/modes.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/interrupt.h"
#include "base/text.h"
#include "packet/diff.h"
#include "testbed/frame_tracer.h"
#include "traffic/pinned.h"

namespace xdpbench::replay {
namespace {

constexpr std::size_t kFramesShown = 3;
// Frame by frame takes a moment each: of long traffic only the beginning is followed up.
constexpr auto kFollowUp = std::chrono::seconds(10);
// "  ip.ttl   generic 63   native 64" for each field that differs.
std::string field_lines(const packet::Frame& one, const packet::Frame& other, model::Mode first,
                        model::Mode second) {
    std::string text;
    for (const packet::FieldDifference& field : packet::diff_frames(one, other)) {
        text += fmt::format("  {:<12} {} {}   {} {}\n", field.field, model::mode_name(first),
                            field.expected, model::mode_name(second), field.actual);
    }
    return text;
}

packet::Frames sorted(packet::Frames frames) {
    std::sort(frames.begin(), frames.end(),
              [](const packet::Frame& a, const packet::Frame& b) { return a.bytes < b.bytes; });
    return frames;
}

std::string count_line(const char* what, const Observation& one, std::uint64_t first,
                       const Observation& other, std::uint64_t second) {
    if (first == second) return {};
    return fmt::format("{}: {} {}, {} {}\n", what, model::mode_name(one.mode),
                       counted(first, "frame"), model::mode_name(other.mode), thousands(second));
}

std::string frames_line(const char* what, const Observation& one, const packet::Frames& first,
                        const Observation& other, const packet::Frames& second) {
    if (first == second || sorted(first) == sorted(second)) return {};
    const auto end = static_cast<std::ptrdiff_t>(std::min(first.size(), second.size()));
    const auto [at, there] = std::mismatch(first.begin(), first.begin() + end, second.begin());
    if (at == first.begin() + end) return {};  // one has more: count_line() says so
    return fmt::format("{}, frame {} of those:\n{}", what, at - first.begin(),
                       field_lines(*at, *there, one.mode, other.mode));
}

// The first frames whose fates differ, by name; says so if there are none.
Result<std::string> follow_up(const target::Target& target, model::Mode first, model::Mode second) {
    const scenario::FrameRef& traffic = target::replay_traffic(target);
    XDPBENCH_TRY(const packet::Frames frames, target::load_frames(traffic, target.scenario));
    XDPBENCH_TRY(const traffic::PinnedThread pinned,
                 traffic::PinnedThread::pin(traffic::measuring_cpu()));
    XDPBENCH_TRY(const auto one, testbed::FrameTracer::create(target, frames, first));
    XDPBENCH_TRY(const auto other, testbed::FrameTracer::create(target, frames, second));
    const auto start = std::chrono::steady_clock::now();
    std::string text;
    std::size_t found = 0;
    std::size_t looked_at = 0;
    for (; looked_at < frames.size() && found < kFramesShown; ++looked_at) {
        if (interrupted()) return interrupted_error();
        if (std::chrono::steady_clock::now() - start > kFollowUp) break;
        XDPBENCH_TRY(const testbed::FrameOutcome frame_outcome, one->send_next());
        XDPBENCH_TRY(const testbed::FrameOutcome there, other->send_next());
        if (frame_outcome.text() == there.text() && frame_outcome.frame == there.frame) continue;
        ++found;
        text += fmt::format("{}: {} {}; {} {}\n", target::frame_name(traffic, looked_at),
                            model::mode_name(first), frame_outcome.text(), model::mode_name(second),
                            there.text());
        if (frame_outcome.frame && there.frame)
            text += field_lines(*frame_outcome.frame, *there.frame, first, second);
    }
    if (found == 0)
        text = fmt::format("sent one by one, the first {} are treated alike\n",
                           counted(looked_at, "frame"));
    return text;
}

}  // namespace

Result<Observation> observe(const testbed::InstrumentedLink& link, model::Mode mode,
                            const testbed::LinkCounts& counts, bool kept) {
    Observation seen;
    seen.mode = mode;
    if (link.counted_by_program()) seen.actions = counts.actions;
    seen.received_count = counts.received;
    seen.passed_count = counts.passed;
    seen.forwarded_count = counts.forwarded;
    seen.kept = kept;
    if (!kept) return seen;
    XDPBENCH_TRY(seen.received, link.tester_sink().captured());
    XDPBENCH_TRY(seen.passed, link.stack_sink().captured());
    if (link.far_sink() != nullptr) {
        XDPBENCH_TRY(seen.forwarded, link.far_sink()->captured());
    }
    return seen;
}

std::string difference_between(const Observation& one, const Observation& other) {
    std::string text;
    for (std::size_t i = 0; one.actions && other.actions && i < one.actions->size(); ++i) {
        const std::string name(model::action_name(static_cast<model::Action>(i)));
        text += count_line(name.c_str(), one, (*one.actions)[i], other, (*other.actions)[i]);
    }
    text += count_line(testbed::end_text(model::End::tester), one, one.received_count, other,
                       other.received_count);
    text += count_line(testbed::end_text(model::End::stack), one, one.passed_count, other,
                       other.passed_count);
    text += count_line(testbed::end_text(model::End::far), one, one.forwarded_count, other,
                       other.forwarded_count);
    if (!one.kept || !other.kept) return text;
    text += frames_line(testbed::end_text(model::End::tester), one, one.received, other,
                        other.received);
    text += frames_line(testbed::end_text(model::End::stack), one, one.passed, other, other.passed);
    text +=
        frames_line(testbed::end_text(model::End::far), one, one.forwarded, other, other.forwarded);
    return text;
}

check::Verdict compare_modes(const target::Target& target, const Observation& one,
                             const Observation& other) {
    const std::string difference = difference_between(one, other);
    if (difference.empty()) return {};
    const Result<std::string> frames = follow_up(target, one.mode, other.mode);
    return {model::Outcome::failed,
            fmt::format("the modes disagree\n{}{}",
                        frames ? *frames : "not followed up: " + frames.error().text() + "\n",
                        difference)};
}

}  // namespace xdpbench::replay
