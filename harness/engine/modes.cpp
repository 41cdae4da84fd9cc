#include "engine/modes.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/interrupt.h"
#include "base/text.h"
#include "engine/follower.h"
#include "packet/diff.h"
#include "traffic/pinned.h"

namespace xdpbench {
namespace {

constexpr std::size_t kFramesShown = 3;
// Frame by frame takes a moment each: of long traffic only the beginning is followed up.
constexpr auto kFollowUp = std::chrono::seconds(10);
// "  ip.ttl   generic 63   native 64" for each field that differs.
std::string field_lines(const Frame& one, const Frame& other, Mode first, Mode second) {
    std::string text;
    for (const FieldDifference& field : diff_frames(one, other)) {
        text += fmt::format("  {:<12} {} {}   {} {}\n", field.field, mode_name(first),
                            field.expected, mode_name(second), field.actual);
    }
    return text;
}

Frames sorted(Frames frames) {
    std::sort(frames.begin(), frames.end(),
              [](const Frame& a, const Frame& b) { return a.bytes < b.bytes; });
    return frames;
}

std::string count_line(const char* what, const Observation& one, std::uint64_t first,
                       const Observation& other, std::uint64_t second) {
    if (first == second) return {};
    return fmt::format("{}: {} {}, {} {}\n", what, mode_name(one.mode), counted(first, "frame"),
                       mode_name(other.mode), thousands(second));
}

std::string frames_line(const char* what, const Observation& one, const Frames& first,
                        const Observation& other, const Frames& second) {
    if (first == second || sorted(first) == sorted(second)) return {};
    const auto end = static_cast<std::ptrdiff_t>(std::min(first.size(), second.size()));
    const auto [at, there] = std::mismatch(first.begin(), first.begin() + end, second.begin());
    if (at == first.begin() + end) return {};  // one has more: count_line() says so
    return fmt::format("{}, frame {} of those:\n{}", what, at - first.begin(),
                       field_lines(*at, *there, one.mode, other.mode));
}

// The first frames whose fates differ, by name; says so if there are none.
Result<std::string> follow_up(const Subject& subject, Mode first, Mode second) {
    const FrameRef& traffic = replay_traffic(subject);
    XDPBENCH_TRY(const Frames frames, load_frames(traffic, subject.scenario));
    XDPBENCH_TRY(const PinnedThread pinned, PinnedThread::pin(measuring_cpu()));
    XDPBENCH_TRY(const auto one, Follower::create(subject, frames, first));
    XDPBENCH_TRY(const auto other, Follower::create(subject, frames, second));
    const auto start = std::chrono::steady_clock::now();
    std::string text;
    std::size_t found = 0;
    std::size_t looked_at = 0;
    for (; looked_at < frames.size() && found < kFramesShown; ++looked_at) {
        if (interrupted()) return interrupted_error();
        if (std::chrono::steady_clock::now() - start > kFollowUp) break;
        XDPBENCH_TRY(const Fate fate, one->send_next());
        XDPBENCH_TRY(const Fate there, other->send_next());
        if (fate.text() == there.text() && fate.frame == there.frame) continue;
        ++found;
        text += fmt::format("{}: {} {}; {} {}\n", frame_name(traffic, looked_at), mode_name(first),
                            fate.text(), mode_name(second), there.text());
        if (fate.frame && there.frame)
            text += field_lines(*fate.frame, *there.frame, first, second);
    }
    if (found == 0)
        text = fmt::format("sent one by one, the first {} are treated alike\n",
                           counted(looked_at, "frame"));
    return text;
}

}  // namespace

Result<Observation> observe(const EquippedLane& lane, Mode mode, const LaneCounts& counts,
                            bool kept) {
    Observation seen;
    seen.mode = mode;
    if (lane.counted_by_program()) seen.actions = counts.actions;
    seen.received_count = counts.received;
    seen.passed_count = counts.passed;
    seen.forwarded_count = counts.forwarded;
    seen.kept = kept;
    if (!kept) return seen;
    XDPBENCH_TRY(seen.received, lane.tester_sink().captured());
    XDPBENCH_TRY(seen.passed, lane.stack_sink().captured());
    if (lane.far_sink() != nullptr) {
        XDPBENCH_TRY(seen.forwarded, lane.far_sink()->captured());
    }
    return seen;
}

std::string difference_between(const Observation& one, const Observation& other) {
    std::string text;
    for (std::size_t i = 0; one.actions && other.actions && i < one.actions->size(); ++i) {
        const std::string name(action_name(static_cast<Action>(i)));
        text += count_line(name.c_str(), one, (*one.actions)[i], other, (*other.actions)[i]);
    }
    text += count_line(end_text(End::tester), one, one.received_count, other, other.received_count);
    text += count_line(end_text(End::stack), one, one.passed_count, other, other.passed_count);
    text += count_line(end_text(End::far), one, one.forwarded_count, other, other.forwarded_count);
    if (!one.kept || !other.kept) return text;
    text += frames_line(end_text(End::tester), one, one.received, other, other.received);
    text += frames_line(end_text(End::stack), one, one.passed, other, other.passed);
    text += frames_line(end_text(End::far), one, one.forwarded, other, other.forwarded);
    return text;
}

Verdict compare_modes(const Subject& subject, const Observation& one, const Observation& other) {
    const std::string difference = difference_between(one, other);
    if (difference.empty()) return {};
    const Result<std::string> frames = follow_up(subject, one.mode, other.mode);
    return {Outcome::failed,
            fmt::format("the modes disagree\n{}{}",
                        frames ? *frames : "not followed up: " + frames.error().text() + "\n",
                        difference)};
}

}  // namespace xdpbench
