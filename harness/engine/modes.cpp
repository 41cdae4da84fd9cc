#include "engine/modes.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/interrupt.h"
#include "base/text.h"
#include "packet/diff.h"
#include "traffic/frame_map.h"
#include "traffic/generator.h"
#include "traffic/pinned.h"

namespace xdpbench {
namespace {

constexpr std::size_t kFramesShown = 3;
// Frame by frame takes a moment each: of long traffic only the beginning is followed up.
constexpr auto kFollowUp = std::chrono::seconds(10);
// What a program may put in front of a frame or behind it and still be captured whole.
constexpr std::uint32_t kGrowth = 256;

constexpr const char* kReceived = "came back";
constexpr const char* kPassed = "reached the stack";
constexpr const char* kForwarded = "reached the far end";

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

// What became of one frame.
struct Fate {
    std::string verdict;         // "XDP_TX, came back"
    std::optional<Frame> frame;  // as it arrived
};

// The subject in one mode, given one frame after the other.
class Follower {
  public:
    static Result<std::unique_ptr<Follower>> create(const Subject& subject, const Frames& frames,
                                                    Mode mode) {
        const auto longest = static_cast<std::uint32_t>(longest_of(frames));
        XDPBENCH_TRY(Generator generator, Generator::create(frames));
        XDPBENCH_TRY(Topology topology, Topology::create(1, longest, topology_of(subject)));
        XDPBENCH_TRY(Program program, load_program(subject, topology));
        std::unique_ptr<Follower> follower(
            new Follower(std::move(generator), std::move(topology), std::move(program)));
        const Capture capture{static_cast<std::uint32_t>(frames.size()), longest + kGrowth};
        XDPBENCH_TRY(EquippedLane lane,
                     EquippedLane::create(follower->topology_, 0, &follower->program_,
                                          follower->program_.fd(), mode, capture));
        XDPBENCH_CHECK(lane.watch_redirects());
        follower->lane_.emplace(std::move(lane));
        return follower;
    }

    Result<Fate> send_next() {
        XDPBENCH_TRY(const LaneCounts before, lane_->read());
        XDPBENCH_CHECK(generator_.send(topology_.tester, lane_->tester().index, 1));
        XDPBENCH_TRY(const LaneCounts counts, settled(*lane_, before, 1));
        Fate fate;
        for (std::size_t i = 0; lane_->counted_by_program() && i < counts.actions.size(); ++i) {
            if (counts.actions[i] != 0)
                fate.verdict = fmt::format("{}, ", action_name(static_cast<Action>(i)));
        }
        const char* way = "arrived nowhere";
        for (End& end : ends()) {
            if (end.sink == nullptr) continue;
            XDPBENCH_TRY(Frames arrived, end.sink->captured(*end.seen));
            if (arrived.empty()) continue;
            *end.seen += static_cast<std::uint32_t>(arrived.size());
            way = end.way;
            fate.frame = std::move(arrived.front());
        }
        fate.verdict += way;
        return fate;
    }

  private:
    struct End {
        const char* way;
        const Sink* sink;
        std::uint32_t* seen;
    };

    Follower(Generator generator, Topology topology, Program program)
        : generator_(std::move(generator)),
          topology_(std::move(topology)),
          program_(std::move(program)) {}

    std::array<End, 3> ends() {
        return {End{kReceived, &lane_->tester_sink(), &seen_[0]},
                End{kPassed, &lane_->stack_sink(), &seen_[1]},
                End{kForwarded, lane_->far_sink(), &seen_[2]}};
    }

    Generator generator_;
    Topology topology_;
    Program program_;
    std::optional<EquippedLane> lane_;
    std::array<std::uint32_t, 3> seen_{};  // frames looked at already, by end
};

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
        if (fate.verdict == there.verdict && fate.frame == there.frame) continue;
        ++found;
        text += fmt::format("{}: {} {}; {} {}\n", frame_name(traffic, looked_at), mode_name(first),
                            fate.verdict, mode_name(second), there.verdict);
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
    text += count_line(kReceived, one, one.received_count, other, other.received_count);
    text += count_line(kPassed, one, one.passed_count, other, other.passed_count);
    text += count_line(kForwarded, one, one.forwarded_count, other, other.forwarded_count);
    if (!one.kept || !other.kept) return text;
    text += frames_line(kReceived, one, one.received, other, other.received);
    text += frames_line(kPassed, one, one.passed, other, other.passed);
    text += frames_line(kForwarded, one, one.forwarded, other, other.forwarded);
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
