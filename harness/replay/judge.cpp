#include "replay/judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "net/traits.h"
#include "replay/frame_comparison.h"

namespace xdpbench::replay {
namespace {

std::string compare_actions(const std::map<model::Action, std::uint64_t>& expected,
                            const model::ActionTally& actual) {
    std::string text;
    if (expected.empty()) return text;
    for (std::size_t i = 0; i < actual.size(); ++i) {
        const auto action = static_cast<model::Action>(i);
        const auto found = expected.find(action);
        const std::uint64_t wanted = found == expected.end() ? 0 : found->second;
        if (wanted != actual[i])
            text += fmt::format("{}: expected {}, got {}\n", model::action_name(action),
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

// What is said of all sinks that the scenario speaks of.
Result<FrameComparison> compare_sinks(const target::Target& target,
                                      const testbed::InstrumentedLink& link,
                                      std::uint64_t left_by_out) {
    const scenario::Replay& replay = *target.scenario.replay;
    FrameComparison all;
    const auto compare = [&](const char* what, const scenario::FrameRef& wanted,
                             const packet::Frames& actual) -> Result<void> {
        XDPBENCH_TRY(const packet::Frames expected, target::load_frames(wanted, target.scenario));
        const FrameComparison one = compare_frames(what, expected, actual, replay.mask);
        all.text += one.text;
        all.without_tags += one.without_tags;
        all.otherwise_wrong += one.otherwise_wrong;
        return {};
    };
    const auto add = [&](const char* what, const auto& wanted,
                         const traffic::Arrivals& sink) -> Result<void> {
        if (!wanted) return {};
        XDPBENCH_TRY(const packet::Frames actual, sink.captured());
        return compare(what, *wanted, actual);
    };
    if (replay.sockets) {
        XDPBENCH_CHECK(
            compare("delivered to AF_XDP sockets", *replay.sockets,
                    link.sockets() != nullptr ? link.sockets()->kept() : packet::Frames()));
    }
    XDPBENCH_CHECK(add("received on the tester side", replay.received, link.tester_sink()));
    XDPBENCH_CHECK(add("passed to the stack", replay.passed, link.stack_sink()));
    // Out of a real interface they leave by itself, and come back.
    const traffic::Arrivals* const far = link.far_sink();
    if (far == nullptr && link.has_far_end()) {
        if (!replay.forwarded) return all;
        XDPBENCH_TRY(const packet::Frames expected,
                     target::load_frames(*replay.forwarded, target.scenario));
        if (expected.size() == left_by_out) return all;
        all.text += fmt::format("left by the port --out, as it counts: expected {}, got {}\n",
                                counted(expected.size(), "frame"), thousands(left_by_out));
        ++all.otherwise_wrong;
        return all;
    }
    XDPBENCH_CHECK(add(far != nullptr ? "forwarded to the far end" : "redirected back",
                       replay.forwarded, far != nullptr ? *far : link.tester_sink()));
    return all;
}

// The ports that take VLAN tags out of frames before any program sees them.
std::vector<std::string> tag_hiding_ports(const testbed::InstrumentedLink& link) {
    std::vector<std::string> ports;
    for (const net::InterfaceInfo* const end : {&link.dut(), &link.tester()})
        if (end->traits.vlan_tags == net::VlanTags::stripped_by_port) ports.push_back(end->name);
    return ports;
}

// "XDP_PASS: 1,000 in test runs, none in the replay", a line for each that differs.
std::string contradictions(const model::VerdictRecord& test_runs,
                           const model::ReplayRecord& record) {
    std::string text;
    const auto line = [&](std::string_view name, std::uint64_t there, std::uint64_t here) {
        if (there == here) return;
        text += fmt::format("{}: {} in test runs, {} in the replay\n", name,
                            counted(there, "frame"), thousands(here));
    };
    for (std::size_t i = 0; i < record.actions.size(); ++i)
        line(model::action_name(static_cast<model::Action>(i)), test_runs.actions[i],
             record.actions[i]);
    line("no XDP action", test_runs.no_action, record.no_action);
    return text;
}

// What the stack drops before it can be counted there cannot be told from drops in generic mode,
// unless the program counts itself.
bool may_be_the_stack(const model::VerdictRecord& test_runs, const model::ReplayRecord& record) {
    return record.mode == model::Mode::generic &&
           record.actions[XDP_PASS] < test_runs.actions[XDP_PASS] &&
           record.actions[XDP_DROP] > test_runs.actions[XDP_DROP];
}

std::uint64_t handled(const model::ReplayRecord& record) {
    return std::accumulate(record.actions.begin(), record.actions.end(), record.no_action);
}

}  // namespace

check::Verdict judge_against_test_runs(const model::VerdictRecord& test_runs,
                                       const model::ReplayRecord& record,
                                       const std::string& unsteady,
                                       std::vector<std::string>& notes) {
    if (handled(record) != test_runs.frames) return {};
    const std::string differing = contradictions(test_runs, record);
    if (differing.empty()) return {};
    const std::string why = !test_runs.not_reproducible.empty() ? test_runs.not_reproducible
                            : !unsteady.empty() ? "not reproducible: the program " + unsteady
                                                : "";
    if (!why.empty()) {
        notes.push_back(
            fmt::format("{}: the replay in {} mode had other verdicts than test runs; {}",
                        record.program, model::mode_name(record.mode), why));
        return {};
    }
    return {model::Outcome::failed,
            "test runs and the replay contradict each other\n" + differing +
                "likely cause: the program looks at what differs between the two: the ingress "
                "interface and queue (test runs: lo, queue 0), the CPU, how far a frame can be "
                "grown, or what it kept of earlier frames\n" +
                (may_be_the_stack(test_runs, record)
                     ? "or: the stack does not take frames that the program passes, such as one "
                       "with a VLAN tag that is cut off; in generic mode they count as XDP_DROP\n"
                     : "")};
}

std::string no_action_text(std::uint64_t frames) {
    return fmt::format(
        "{}: the program returned a value that is no XDP action; the kernel drops such frames as "
        "if by XDP_ABORTED, and warns once\n",
        counted(frames, "frame"));
}

Result<check::Verdict> judge(const target::Target& target, const testbed::InstrumentedLink& link,
                             const model::ReplayRecord& record) {
    const scenario::Replay& replay = *target.scenario.replay;
    const std::string counts = compare_actions(replay.actions, record.actions) +
                               compare_cpus(replay.passed_cpus, record.passed_cpus);
    XDPBENCH_TRY(const FrameComparison frames, compare_sinks(target, link, record.forwarded));
    if (counts.empty() && frames.text.empty()) return check::Verdict{};
    const std::vector<std::string> ports = tag_hiding_ports(link);
    if (frames.without_tags == 0 || ports.empty())
        return check::Verdict{model::Outcome::failed, counts + frames.text};
    const std::string hidden = fmt::format(
        "the VLAN tags of {} are hidden from programs by rx-vlan-offload of {}; "
        "--prepare switches it off\n",
        counted(frames.without_tags, "frame"), fmt::join(ports, " and "));
    if (counts.empty() && frames.otherwise_wrong == 0)
        return check::Verdict{model::Outcome::skipped, hidden};
    return check::Verdict{model::Outcome::failed, hidden + counts + frames.text};
}

}  // namespace xdpbench::replay
