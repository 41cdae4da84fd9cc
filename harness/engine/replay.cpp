#include "engine/replay.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/interrupt.h"
#include "base/text.h"
#include "engine/device_lane.h"
#include "engine/lane.h"
#include "engine/replacement.h"
#include "kernel/cpus.h"
#include "kernel/topology.h"
#include "packet/diff.h"
#include "traffic/frame_map.h"
#include "traffic/generator.h"
#include "traffic/pinned.h"

namespace xdpbench {
namespace {

// Frames captured beyond those expected, so that surplus ones are seen.
constexpr std::uint32_t kSurplus = 64;
constexpr std::uint64_t kCheapCapture = 64ULL << 20;  // bytes
constexpr std::size_t kDifferencesShown = 3;
// Frames on their way at once: half of a veth ring (256, VETH_RING_SIZE in drivers/net/veth.c).
constexpr std::uint64_t kInFlight = 128;

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

std::string compare_cpus(const std::map<int, std::uint64_t>& expected,
                         const std::map<int, std::uint64_t>& actual) {
    if (expected.empty() || expected == actual) return {};
    const auto list = [](const std::map<int, std::uint64_t>& frames) {
        std::vector<std::string> parts;
        parts.reserve(frames.size());
        for (const auto& [cpu, count] : frames)
            parts.push_back(fmt::format("{} on CPU {}", thousands(count), cpu));
        return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
    };
    return fmt::format("frames that reached the stack: expected {}, got {}\n", list(expected),
                       list(actual));
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
    if (replay.forwarded) {
        // Out of a real interface they leave by itself, and come back.
        const Sink* const far = lane.far_sink();
        XDPBENCH_TRY(const Frames expected, load_frames(*replay.forwarded, subject.scenario));
        XDPBENCH_TRY(const Frames actual, (far != nullptr ? *far : lane.tester_sink()).captured());
        text += compare_frames(far != nullptr ? "forwarded to the far end" : "redirected back",
                               expected, actual, replay.mask);
    }
    text += compare_cpus(replay.passed_cpus, record.passed_cpus);
    if (text.empty()) return Verdict{};
    return Verdict{Outcome::failed, text};
}

Result<void> keep_topology(const Subject& subject, const Topology& topology, const Program& program,
                           Mode mode, std::vector<std::string>& notes) {
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
Result<Program> load_for(const Subject& subject, const Topology& topology, Mode mode) {
    if (mode != Mode::offload) return load_program(subject, topology);
    const InterfaceInfo& device = topology.lanes[0].dut;
    Result<Program> program = load_program(subject, topology, {}, device.index);
    if (program) return program;
    return unavailable_error(fmt::format("{} cannot be offloaded to {}: {}", subject.scenario.name,
                                         device.name, program.error().what),
                             fmt::format("{} is a {} device, whose driver has no XDP offload: only "
                                         "SmartNICs with the nfp driver and netdevsim have it",
                                         device.name, device.driver),
                             "use --mode native or --mode generic");
}

// Sends all frames, a few at a time, and waits until they are
// accounted for: where softirqs are left to ksoftirqd while it runs (before 6.5), a receiver that
// waits for the CPU is overrun by frames that are sent in one go. Once the books do not balance,
// there is nothing to wait for.
Result<LaneCounts> send_paced(Generator& generator, const Topology& topology,
                              const EquippedLane& lane, std::uint64_t frames) {
    XDPBENCH_TRY(const LaneCounts before, lane.read());
    LaneCounts counts;
    bool balanced = true;
    for (std::uint64_t sent = 0; sent < frames;) {
        const std::uint64_t part = balanced ? std::min(kInFlight, frames - sent) : frames - sent;
        XDPBENCH_CHECK(generator.send(topology.tester, lane.tester().index, part));
        sent += part;
        const Settled when = sent < frames ? Settled::balanced : Settled::certain;
        XDPBENCH_TRY(counts, settled(lane, before, sent, when));
        balanced = unbalanced(counts, sent).empty();
    }
    return counts;
}

// Frames are sent from one CPU; that they were run on another one shows only where there is one.
Result<void> require_cpus(const Replay& replay) {
    const std::string what = "on which CPU frames reach the stack cannot be seen here";
    for (const auto& [cpu, frames] : replay.passed_cpus) {
        if (!cpu_is_online(cpu))
            return unavailable_error(what, fmt::format("the scenario expects frames on CPU {}, "
                                                       "which this machine does not have online",
                                                       cpu));
    }
    if (replay.passed_cpus.size() == 1 && replay.passed_cpus.contains(measuring_cpu()))
        return unavailable_error(
            what, fmt::format("they are sent from CPU {} and expected there too", measuring_cpu()),
            "give the tool a second CPU");
    return {};
}

// Judged frames are kept in any case; others, to compare modes by, if that costs little memory.
Capture capture_for(const Subject& subject, const Frames& frames) {
    const auto slots = static_cast<std::uint32_t>(frames.size()) + kSurplus;
    const auto length = static_cast<std::uint32_t>(longest_of(frames)) + kCaptureGrowth;
    const bool cheap = std::uint64_t{slots} * length <= kCheapCapture;
    return {subject.judged || cheap ? slots : 0, length};
}

// What the program does with the traffic, as far as that is known beforehand: what the scenario
// expects, or what test runs say.
Result<ActionTally> expected_actions(const Subject& subject) {
    if (!subject.judged) {
        XDPBENCH_TRY(const VerdictRecord verdicts, count_verdicts(subject));
        return verdicts.actions;
    }
    ActionTally expected{};
    for (const auto& [action, frames] : subject.scenario.replay->actions)
        expected.at(static_cast<std::size_t>(action)) = frames;
    return expected;
}

ReplayRecord describe(const Subject& subject, Mode mode, const EquippedLane& lane,
                      const LaneCounts& counts, std::uint64_t sent) {
    ReplayRecord record;
    record.program = subject.scenario.name;
    record.mode = mode_name(mode);
    record.topology = topology_name(topology_of(subject));
    if (!lane.dut().made_by_us) {
        record.topology = fmt::format("device {}, peer {}", lane.dut().name, lane.tester().name);
    }
    record.traffic = replay_traffic(subject).text;
    record.sent = sent;
    record.actions = counts.actions;
    record.counted_by = lane.counted_by();
    record.received = counts.received;
    record.passed = counts.passed;
    record.forwarded = counts.forwarded;
    for (std::size_t cpu = 0; cpu < counts.passed_cpus.size(); ++cpu) {
        if (counts.passed_cpus[cpu] != 0)
            record.passed_cpus[static_cast<int>(cpu)] = counts.passed_cpus[cpu];
    }
    record.losses = counts.losses;
    record.cpus = counts.cpus;
    std::erase_if(record.cpus, [](const CpuTally& cpu) { return cpu.actions == ActionTally{}; });
    record.judged = subject.judged;
    return record;
}

// The replay is done and held; now the replacement that its scenario asks for.
Result<void> try_replacement(const Subject& subject, Mode mode, ReplayOutcome& outcome) {
    const bool asked = subject.judged && subject.scenario.replay->replace;
    if (!asked || outcome.verdict.outcome != Outcome::passed) return {};
    XDPBENCH_TRY(ReplacementOutcome replacement, replace_under_traffic(subject, mode));
    outcome.verdict = std::move(replacement.verdict);
    outcome.record->replacement = std::move(replacement.record);
    return {};
}

// A fresh topology, or the real interfaces in its place.
Result<Topology> network_for(const Subject& subject, Mode mode, std::size_t longest_frame,
                             const std::optional<DeviceEnds>& devices) {
    if (!devices) return Topology::create(1, longest_frame, topology_of(subject));
    if (subject.judged && subject.scenario.replay->received && subject.scenario.replay->forwarded) {
        return unavailable_error(
            "the scenario tells frames that come back from those at a far end, and over --dev and "
            "--peer both come back");
    }
    return join_devices(*devices, mode, longest_frame);
}

Result<ReplayOutcome> try_replay(const Subject& subject, Mode mode, const ReplayOptions& options,
                                 std::vector<std::string>& notes) {
    if (interrupted()) return interrupted_error();
    if (subject.judged) XDPBENCH_CHECK(require_cpus(*subject.scenario.replay));
    XDPBENCH_TRY(const Frames frames, load_frames(replay_traffic(subject), subject.scenario));
    XDPBENCH_TRY(Generator generator, Generator::create(frames));
    XDPBENCH_TRY(const Topology topology,
                 network_for(subject, mode, longest_of(frames), options.devices));
    std::optional<Topology> aside;  // of real interfaces none is idle
    if (options.devices) {
        XDPBENCH_TRY(Topology idle, Topology::create(0, 0));
        aside.emplace(std::move(idle));
    }
    XDPBENCH_TRY(const Program program, options.devices ? load_for_mode(subject, topology, mode)
                                                        : load_for(subject, topology, mode));
    const Capture capture = capture_for(subject, frames);
    std::optional<EquippedLane> lane;
    {
        XDPBENCH_TRY(EquippedLane equipped,
                     EquippedLane::create(topology, 0, &program, program.fd(), mode, capture));
        XDPBENCH_CHECK(equipped.watch_redirects());
        lane.emplace(std::move(equipped));
    }
    LaneCounts counts;
    {
        XDPBENCH_TRY(const PinnedThread pinned, PinnedThread::pin(measuring_cpu()));
        const Topology& parking = aside ? *aside : topology;
        XDPBENCH_CHECK(generator.park(parking.tester, parking.parking));
        XDPBENCH_TRY(counts, send_paced(generator, topology, *lane, frames.size()));
    }
    if (!lane->counted_by_program() && mode != Mode::offload) {
        XDPBENCH_TRY(const ActionTally expected, expected_actions(subject));
        attribute(lane->source(), expected, counts.actions);
    }
    ReplayOutcome outcome;
    outcome.record = describe(subject, mode, *lane, counts, frames.size());
    const std::string imbalance = unbalanced(counts, frames.size());
    outcome.record->balanced = imbalance.empty();
    XDPBENCH_TRY(outcome.observation, observe(*lane, mode, counts, capture.frames > 0));
    if (subject.judged) {
        XDPBENCH_TRY(outcome.verdict, judge(subject, *lane, *outcome.record));
    }
    if (!imbalance.empty()) {
        // A wrong program leaves the books balanced; books that do not balance are the
        // measurement's fault.
        outcome.verdict.outcome =
            outcome.verdict.outcome == Outcome::failed ? Outcome::failed : Outcome::invalid;
        outcome.verdict.message += "the books do not balance: " + imbalance;
        if (options.devices)
            outcome.verdict.message += "\n" + device_hint(lane->dut(), lane->tester());
    }
    if (!options.devices) {
        XDPBENCH_CHECK(try_replacement(subject, mode, outcome));
    } else if (subject.judged && subject.scenario.replay->replace) {
        notes.push_back(fmt::format("{}: the replacement under traffic is not done over {}",
                                    subject.scenario.name, lane->dut().name));
    }
    if (options.keep) {
        lane.reset();
        XDPBENCH_CHECK(keep_topology(subject, topology, program, mode, notes));
    }
    return outcome;
}

}  // namespace

ReplayOutcome run_replay(const Subject& subject, Mode mode, const ReplayOptions& options,
                         std::vector<std::string>& notes) {
    Result<ReplayOutcome> outcome = try_replay(subject, mode, options, notes);
    if (outcome) return std::move(*outcome);
    return ReplayOutcome{verdict_of(outcome.error()), std::nullopt, std::nullopt};
}

}  // namespace xdpbench
