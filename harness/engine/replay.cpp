#include "engine/replay.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/interrupt.h"
#include "base/text.h"
#include "engine/lane.h"
#include "kernel/topology.h"
#include "packet/diff.h"
#include "traffic/generator.h"
#include "traffic/pinned.h"

namespace xdpbench {
namespace {

// Frames captured beyond those expected, so that surplus ones are seen.
constexpr std::uint32_t kSurplus = 64;
// What a program may put in front of a frame or behind it and still be captured whole.
constexpr std::uint32_t kGrowth = 256;
constexpr std::size_t kDifferencesShown = 3;
// Frames on their way at once: half of a veth ring (256, VETH_RING_SIZE in drivers/net/veth.c).
constexpr std::uint64_t kInFlight = 128;

std::size_t longest_of(const Frames& frames) {
    std::size_t longest = 0;
    for (const Frame& frame : frames) longest = std::max(longest, frame.bytes.size());
    return longest;
}

// "" if `actual` are the expected frames, in order.
std::string compare_frames(const char* what, const Frames& expected, const Frames& actual,
                           const Mask& mask) {
    std::string text;
    if (expected.size() != actual.size()) {
        text = fmt::format("{}: expected {}, got {}\n", what, counted(expected.size(), "frame"),
                           thousands(actual.size()));
    }
    std::size_t different = 0;
    for (std::size_t i = 0; i < std::min(expected.size(), actual.size()); ++i) {
        if (diff_frames(expected[i], actual[i], mask).empty()) continue;
        if (++different > kDifferencesShown) continue;
        text += fmt::format("{} #{}:\n{}\n", what, i,
                            describe_difference(expected[i], actual[i], mask));
    }
    if (different > kDifferencesShown)
        text += fmt::format("... and {} differ\n",
                            counted(different - kDifferencesShown, "more frame"));
    return text;
}

std::string compare_actions(const std::map<Action, std::uint64_t>& expected,
                            const ActionTally& actual) {
    std::string text;
    if (expected.empty()) return text;
    for (std::size_t i = 0; i < actual.size(); ++i) {
        const auto action = static_cast<Action>(i);
        const auto found = expected.find(action);
        const std::uint64_t wanted = found == expected.end() ? 0 : found->second;
        if (wanted != actual[i])
            text += fmt::format("{}: expected {}, got {}\n", action_name(action),
                                counted(wanted, "frame"), thousands(actual[i]));
    }
    return text;
}

Result<Verdict> judge(const Subject& subject, const EquippedLane& lane,
                      const ReplayRecord& record) {
    const Replay& replay = *subject.scenario.replay;
    std::string text = compare_actions(replay.actions, record.actions);
    if (replay.received) {
        XDPBENCH_TRY(const Frames expected, load_frames(*replay.received, subject.scenario));
        XDPBENCH_TRY(const Frames actual, lane.tester_sink().captured());
        text += compare_frames("received on the tester side", expected, actual, replay.mask);
    }
    if (replay.passed) {
        XDPBENCH_TRY(const Frames expected, load_frames(*replay.passed, subject.scenario));
        XDPBENCH_TRY(const Frames actual, lane.stack_sink().captured());
        text += compare_frames("passed to the stack", expected, actual, replay.mask);
    }
    if (text.empty()) return Verdict{};
    return Verdict{Outcome::failed, text};
}

Result<void> keep_topology(const Subject& subject, const PairTopology& topology,
                           const Program& program, Mode mode, std::vector<std::string>& notes) {
    const std::string prefix = fmt::format("xdp-bench-{}", ::getpid());
    XDPBENCH_TRY(const std::vector<std::string> names, topology.keep(prefix));
    XDPBENCH_CHECK(attach_for_good(topology.dut, topology.lanes[0].dut, program.fd(), mode));
    notes.push_back(fmt::format("kept {} in {} mode on {}:", subject.scenario.name, mode_name(mode),
                                topology.lanes[0].dut.name));
    for (const std::string& name : names) {
        notes.push_back(
            fmt::format("  enter: ip netns exec {0} bash    remove: ip netns delete {0}", name));
    }
    return {};
}

// The program loaded for `mode`; in offload mode bound to the lane's device, which is where a
// device without offload says so.
Result<Program> load_for(const Subject& subject, const PairTopology& topology, Mode mode) {
    XDPBENCH_TRY(Program program, open_program(subject));
    if (mode != Mode::offload) {
        XDPBENCH_CHECK(program.load());
        return program;
    }
    const InterfaceInfo& device = topology.lanes[0].dut;
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(topology.dut));
    Result<void> loaded = program.load(device.index);
    if (loaded) return program;
    return unavailable_error(fmt::format("{} cannot be offloaded to {}: {}", subject.scenario.name,
                                         device.name, loaded.error().what),
                             fmt::format("{} is a {} device, whose driver has no XDP offload: only "
                                         "SmartNICs with the nfp driver and netdevsim have it",
                                         device.name, device.driver),
                             "use --mode native or --mode generic");
}

// Sends all frames, a few at a time, and waits until they are
// accounted for: where softirqs are left to ksoftirqd while it runs (before 6.5), a receiver that
// waits for the CPU is overrun by frames that are sent in one go. Once the books do not balance,
// there is nothing to wait for.
Result<LaneCounts> send_paced(Generator& generator, const PairTopology& topology,
                              const EquippedLane& lane, std::uint64_t frames) {
    XDPBENCH_TRY(const LaneCounts before, lane.read());
    LaneCounts counts;
    bool balanced = true;
    for (std::uint64_t sent = 0; sent < frames;) {
        const std::uint64_t part = balanced ? std::min(kInFlight, frames - sent) : frames - sent;
        XDPBENCH_CHECK(generator.send(topology.tester, lane.tester().index, part));
        sent += part;
        XDPBENCH_TRY(counts, settled(lane, before, sent));
        balanced = unbalanced(counts, sent).empty();
    }
    return counts;
}

Result<ReplayOutcome> try_replay(const Subject& subject, Mode mode, bool keep,
                                 std::vector<std::string>& notes) {
    if (interrupted()) return interrupted_error();
    const FrameRef& traffic = subject.judged ? subject.scenario.replay->traffic : subject.traffic;
    XDPBENCH_TRY(const Frames frames, load_frames(traffic, subject.scenario));
    XDPBENCH_TRY(Generator generator, Generator::create(frames));
    const std::size_t longest = longest_of(frames);
    XDPBENCH_TRY(const PairTopology topology, PairTopology::create(1, longest));
    XDPBENCH_TRY(const Program program, load_for(subject, topology, mode));
    const Capture capture{subject.judged ? static_cast<std::uint32_t>(frames.size()) + kSurplus : 0,
                          static_cast<std::uint32_t>(longest) + kGrowth};
    std::optional<EquippedLane> lane;
    {
        XDPBENCH_TRY(EquippedLane equipped,
                     EquippedLane::create(topology, 0, &program, program.fd(), mode, capture));
        lane.emplace(std::move(equipped));
    }
    XDPBENCH_TRY(const PinnedThread pinned, PinnedThread::pin(measuring_cpu()));
    XDPBENCH_CHECK(generator.park(topology.tester, topology.parking));
    XDPBENCH_TRY(LaneCounts counts, send_paced(generator, topology, *lane, frames.size()));

    ReplayRecord record;
    record.program = subject.scenario.name;
    record.mode = mode_name(mode);
    record.traffic = traffic.text;
    record.sent = frames.size();
    record.actions = counts.actions;
    record.counted_by = lane->counted_by();
    record.received = counts.received;
    record.passed = counts.passed;
    record.losses = std::move(counts.losses);
    std::erase_if(counts.cpus, [](const CpuTally& cpu) { return cpu.actions == ActionTally{}; });
    record.cpus = std::move(counts.cpus);
    record.judged = subject.judged;
    counts.losses = record.losses;
    const std::string imbalance = unbalanced(counts, frames.size());
    record.balanced = imbalance.empty();

    ReplayOutcome outcome;
    if (subject.judged) {
        XDPBENCH_TRY(outcome.verdict, judge(subject, *lane, record));
    }
    if (!imbalance.empty()) {
        // A wrong program leaves the books balanced; books that do not balance are the
        // measurement's fault.
        outcome.verdict.outcome =
            outcome.verdict.outcome == Outcome::failed ? Outcome::failed : Outcome::invalid;
        outcome.verdict.message += "the books do not balance: " + imbalance;
    }
    if (keep) {
        lane.reset();
        XDPBENCH_CHECK(keep_topology(subject, topology, program, mode, notes));
    }
    outcome.record = std::move(record);
    return outcome;
}

}  // namespace

ReplayOutcome run_replay(const Subject& subject, Mode mode, bool keep,
                         std::vector<std::string>& notes) {
    Result<ReplayOutcome> outcome = try_replay(subject, mode, keep, notes);
    if (outcome) return std::move(*outcome);
    return ReplayOutcome{verdict_of(outcome.error()), std::nullopt};
}

}  // namespace xdpbench
