#include "replay/modes.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "base/interrupt.h"
#include "base/text.h"
#include "check/reproducible.h"
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

std::string count_line(const char* what, const Observation& one, std::uint64_t first,
                       const Observation& other, std::uint64_t second) {
    if (first == second) return {};
    return fmt::format("{}: {} {}, {} {}\n", what, model::mode_name(one.mode),
                       counted(first, "frame"), model::mode_name(other.mode), thousands(second));
}

// Frames of one that the other has no equal of. Which frame became which is not known here: nothing
// is said of their fields.
std::size_t without_equal(const packet::Frames& frames, const packet::Frames& others) {
    std::multiset<std::vector<std::uint8_t>> rest;
    for (const packet::Frame& other : others) rest.insert(other.bytes);
    std::size_t unequal = 0;
    for (const packet::Frame& frame : frames) {
        const auto found = rest.find(frame.bytes);
        if (found == rest.end()) {
            ++unequal;
        } else {
            rest.erase(found);
        }
    }
    return unequal;
}

std::string frames_line(const char* what, const Observation& one, const packet::Frames& first,
                        const Observation& other, const packet::Frames& second) {
    const std::size_t here = without_equal(first, second);
    const std::size_t there = without_equal(second, first);
    if (here == 0 && there == 0) return {};
    return fmt::format("{}: in {} mode {} that {} mode does not have, the other way {}\n", what,
                       model::mode_name(one.mode), counted(here, "frame"),
                       model::mode_name(other.mode), thousands(there));
}

// Frames that one has and the other does not, which may have been lost there.
bool explained_by_losses(const Observation& one, const Observation& other) {
    if (!one.kept || !other.kept || one.actions != other.actions) return false;
    const auto only = [](const Observation& here, const Observation& there) {
        return without_equal(here.received, there.received) +
               without_equal(here.passed, there.passed) +
               without_equal(here.forwarded, there.forwarded) +
               without_equal(here.sockets, there.sockets);
    };
    return only(one, other) <= other.lost && only(other, one) <= one.lost;
}

// What sending frame by frame showed.
struct FollowedUp {
    bool all_alike = false;  // all frames were sent, and both modes treat each alike
    std::string text;
};

// The first frames whose fates differ, by name; says so if there are none.
Result<FollowedUp> follow_up(const target::Target& target, model::Mode first, model::Mode second) {
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
    return FollowedUp{found == 0 && looked_at == frames.size(), text};
}

}  // namespace

Result<Observation> observe(const testbed::InstrumentedLink& link, model::Mode mode,
                            const testbed::LinkCounts& counts, bool kept) {
    Observation seen;
    seen.mode = mode;
    if (link.counted_by_program()) {
        seen.actions = counts.actions;
    } else {
        seen.aborted = counts.aborted;
        if (counts.redirected || link.counted_by_driver())
            seen.redirected = counts.actions[XDP_REDIRECT];
    }
    seen.received_count = counts.received;
    seen.passed_count = counts.passed;
    seen.lost = testbed::frames_lost(counts.losses);
    seen.forwarded_count = counts.forwarded;
    seen.sockets_count = counts.sockets.frames;
    seen.kept = kept;
    if (!kept) return seen;
    XDPBENCH_TRY(seen.received, link.tester_sink().captured());
    XDPBENCH_TRY(seen.passed, link.stack_sink().captured());
    if (link.sockets() != nullptr) seen.sockets = link.sockets()->kept();
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
    if (one.aborted && other.aborted)
        text += count_line("XDP_ABORTED", one, *one.aborted, other, *other.aborted);
    if (one.redirected && other.redirected)
        text += count_line("XDP_REDIRECT", one, *one.redirected, other, *other.redirected);
    text += count_line(testbed::end_text(model::End::tester), one, one.received_count, other,
                       other.received_count);
    text += count_line(testbed::end_text(model::End::stack), one, one.passed_count, other,
                       other.passed_count);
    text += count_line(testbed::end_text(model::End::far), one, one.forwarded_count, other,
                       other.forwarded_count);
    text += count_line(testbed::end_text(model::End::sockets), one, one.sockets_count, other,
                       other.sockets_count);
    if (!one.kept || !other.kept) return text;
    text += frames_line(testbed::end_text(model::End::tester), one, one.received, other,
                        other.received);
    text += frames_line(testbed::end_text(model::End::stack), one, one.passed, other, other.passed);
    text +=
        frames_line(testbed::end_text(model::End::far), one, one.forwarded, other, other.forwarded);
    text +=
        frames_line(testbed::end_text(model::End::sockets), one, one.sockets, other, other.sockets);
    return text;
}

check::Verdict compare_modes(const target::Target& target, const Observation& one,
                             const Observation& other) {
    for (const Observation* const seen : {&one, &other}) {
        if (seen->valid) continue;
        return {model::Outcome::skipped,
                fmt::format("the modes cannot be compared: the replay in {} mode is invalid",
                            model::mode_name(seen->mode))};
    }
    const std::string difference = difference_between(one, other);
    if (difference.empty() && target.judged) return {};
    // Of a program that is not reproducible they agree by chance only.
    const Result<std::string> irreproducible =
        check::why_not_reproducible(target, target::replay_traffic(target));
    if (!irreproducible) return check::verdict_of(irreproducible.error());
    std::string why = *irreproducible;
    if (why.empty() && !difference.empty() && !target.judged && !one.unsteady.empty())
        why = "not reproducible: the program " + one.unsteady;
    if (!why.empty()) return {model::Outcome::skipped, "the modes cannot be compared: " + why};
    if (difference.empty()) return {};
    const Result<FollowedUp> frames = follow_up(target, one.mode, other.mode);
    // What is lost on the way differs between drivers and transmit paths. The program is the same.
    if (frames && frames->all_alike && explained_by_losses(one, other)) return {};
    return {model::Outcome::failed,
            fmt::format("the modes disagree\n{}{}",
                        frames ? frames->text : "not followed up: " + frames.error().text() + "\n",
                        difference)};
}

}  // namespace xdpbench::replay
