#include "replay/replay.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/interrupt.h"
#include "base/text.h"
#include "bpf/cpus.h"
#include "bpf/rx_metadata.h"
#include "check/reproducible.h"
#include "net/network.h"
#include "net/port_network.h"
#include "replay/judge.h"
#include "replay/replacement.h"
#include "target/network_setup.h"
#include "testbed/card.h"
#include "testbed/instrumented_link.h"
#include "testbed/port_accounting.h"
#include "testbed/port_link.h"
#include "testbed/settled.h"
#include "traffic/frame_map.h"
#include "traffic/frame_sender.h"
#include "traffic/pinned.h"

namespace xdpbench::replay {
namespace {

// Frames captured beyond those expected, so that surplus ones are seen.
constexpr std::uint32_t kSurplus = 64;
constexpr std::uint64_t kCheapCapture = 64ULL << 20;  // bytes
// Frames on their way at once: half of a veth ring (256, VETH_RING_SIZE in drivers/net/veth.c).
constexpr std::uint64_t kInFlight = 128;

Result<void> keep_network(const target::Target& target, const net::Network& network,
                          const bpf::Program& program, model::Mode mode,
                          std::vector<std::string>& notes) {
    const std::string prefix = fmt::format("xdp-bench-{}", ::getpid());
    XDPBENCH_TRY(const std::vector<std::string> names, network.keep(prefix));
    XDPBENCH_CHECK(bpf::attach_for_good(network.dut, network.links[0].dut, program.fd(), mode));
    notes.push_back(fmt::format("kept {} in {} mode on {}:", target.scenario.name,
                                model::mode_name(mode), network.links[0].dut.name));
    for (const std::string& name : names) {
        notes.push_back(
            fmt::format("  enter: ip netns exec {0} bash    remove: ip netns delete {0}", name));
    }
    return {};
}

// The program loaded for `mode`; in offload mode bound to the link's device, which is where a
// device without offload says so.
Result<bpf::Program> load_for(const target::Target& target, const net::Network& network,
                              model::Mode mode) {
    if (mode != model::Mode::offload) return target::load_program(target, network);
    const net::InterfaceInfo& device = network.links[0].dut;
    Result<bpf::Program> program = target::load_program(target, network, {}, device.index);
    if (program) return program;
    return unavailable_error(fmt::format("{} cannot be offloaded to {}: {}", target.scenario.name,
                                         device.name, program.error().what),
                             fmt::format("{} is a {} device, whose driver has no XDP offload: only "
                                         "SmartNICs with the nfp driver and netdevsim have it",
                                         device.name, device.driver),
                             "use --mode native or --mode generic");
}

// Sends all frames, a few at a time, and waits until all are accounted for: where softirqs are left
// to ksoftirqd while it runs (before 6.5), a receiver that waits for the CPU is overrun by frames
// that are sent in one go. Once frames are not accounted for there is nothing to wait for.
Result<testbed::LinkCounts> send_paced(traffic::FrameSender& sender, const net::Network& network,
                                       const testbed::InstrumentedLink& link,
                                       std::uint64_t frames) {
    XDPBENCH_TRY(const testbed::LinkCounts before, link.read());
    testbed::LinkCounts counts;
    bool accounted = true;
    for (std::uint64_t sent = 0; sent < frames;) {
        const std::uint64_t part = accounted ? std::min(kInFlight, frames - sent) : frames - sent;
        XDPBENCH_CHECK(sender.send(network, link.tester(), part));
        sent += part;
        const testbed::Settled when =
            sent < frames ? testbed::Settled::balanced : testbed::Settled::certain;
        XDPBENCH_TRY(counts, testbed::settled(link, before, sent, when));
        accounted = testbed::unaccounted(counts, sent).empty();
    }
    return counts;
}

// Frames are sent from one CPU; that they were run on another one shows only where there is one.
Result<void> require_cpus(const scenario::Replay& replay) {
    const std::string what = "on which CPU frames reach the stack cannot be seen here";
    for (const auto& [cpu, frames] : replay.passed_cpus) {
        if (!bpf::cpu_is_online(cpu))
            return unavailable_error(what, fmt::format("the scenario expects frames on CPU {}, "
                                                       "which this machine does not have online",
                                                       cpu));
    }
    if (replay.passed_cpus.size() == 1 && replay.passed_cpus.contains(traffic::measuring_cpu()))
        return unavailable_error(what,
                                 fmt::format("they are sent from CPU {} and expected there too",
                                             traffic::measuring_cpu()),
                                 "give the tool a second CPU");
    return {};
}

// Judged frames are kept in any case; others, to compare modes by, if that costs little memory.
traffic::Capture capture_for(const target::Target& target, const packet::Frames& frames) {
    const auto slots = static_cast<std::uint32_t>(frames.size()) + kSurplus;
    const auto length =
        static_cast<std::uint32_t>(traffic::longest_of(frames)) + traffic::kCaptureGrowth;
    const bool cheap = std::uint64_t{slots} * length <= kCheapCapture;
    return {target.judged || cheap ? slots : 0, length};
}

// What the program does with the traffic, as far as that is known beforehand: what the scenario
// expects, or what test runs say.
Result<model::VerdictRecord> expected_verdicts(const target::Target& target) {
    if (!target.judged) return check::count_verdicts(target);
    model::VerdictRecord expected;
    for (const auto& [action, frames] : target.scenario.replay->actions)
        expected.actions.at(static_cast<std::size_t>(action)) = frames;
    return expected;
}

model::ReplayRecord describe(const target::Target& target, model::Mode mode,
                             const testbed::InstrumentedLink& link,
                             const testbed::LinkCounts& counts, std::uint64_t sent,
                             const std::string& out) {
    model::ReplayRecord record;
    record.program = target.scenario.name;
    record.mode = mode;
    record.network = link.network().kind;
    if (record.network == model::NetworkKind::ports) {
        record.device = link.dut().name;
        record.peer = link.tester().name;
        record.out = out;
    }
    record.traffic = target::replay_traffic(target).text;
    record.sent = sent;
    record.actions = counts.actions;
    record.no_action = counts.no_action;
    record.counted_by = link.counted_by();
    record.received = counts.received;
    record.passed = counts.passed;
    record.forwarded = counts.forwarded;
    if (const xsk::Sockets* const sockets = link.sockets())
        record.xsk = {sockets->count(), sockets->bound(), counts.sockets};
    for (std::size_t cpu = 0; cpu < counts.passed_cpus.size(); ++cpu) {
        if (counts.passed_cpus[cpu] != 0)
            record.passed_cpus[static_cast<int>(cpu)] = counts.passed_cpus[cpu];
    }
    record.losses = counts.losses;
    record.cpus = counts.cpus;
    std::erase_if(record.cpus,
                  [](const model::CpuTally& cpu) { return cpu.actions == model::ActionTally{}; });
    record.judged = target.judged;
    return record;
}

// The replay is done and held; now the replacement that its scenario asks for.
Result<void> try_replacement(const target::Target& target, model::Mode mode,
                             ReplayOutcome& outcome) {
    const bool asked = target.judged && target.scenario.replay->replace;
    if (!asked || outcome.verdict.outcome != model::Outcome::passed) return {};
    XDPBENCH_TRY(ReplacementOutcome replacement, replace_under_traffic(target, mode));
    outcome.verdict = std::move(replacement.verdict);
    outcome.record->replacement = std::move(replacement.record);
    return {};
}

// A fresh network, or the real interfaces in its place.
Result<net::Network> network_for(const target::Target& target, model::Mode mode,
                                 std::size_t longest_frame,
                                 const std::optional<net::Ports>& devices) {
    if (!devices) return target::make_network(target, 1, longest_frame);
    if (devices->out.empty() && target.judged && target.scenario.replay->received &&
        target.scenario.replay->forwarded) {
        return unavailable_error(
            "the scenario tells frames that come back from those at a far end, and over --dev and "
            "--peer both come back",
            {}, "name a third port, which they leave by: --out IF");
    }
    return net::join_ports(*devices, mode, longest_frame);
}

// How long the ports had no carrier, if they lost it.
void note_carrier(const target::Target& target, const net::Network& network,
                  const testbed::InstrumentedLink& link, std::vector<std::string>& notes) {
    const auto before = network.links[0].carrier_wait;
    const auto after = link.carrier_wait();
    if ((before + after).count() == 0) return;
    notes.push_back(fmt::format(
        "{} over {}: the carrier came back {} ms after the last detach, {} ms after attaching",
        target.scenario.name, link.dut().name, before.count(), after.count()));
}

// A port's counters do not tell one frame from another.
void note_counting(const target::Target& target, const testbed::InstrumentedLink& link,
                   const std::string& out, std::vector<std::string>& notes) {
    const bool compares = target.judged && target.scenario.replay->forwarded;
    if (!compares || !link.has_far_end() || link.far_sink() != nullptr) return;
    notes.push_back(
        fmt::format("{}: only the number of frames that left by {} was compared; name the other "
                    "end of its cable to compare the frames: --out-peer",
                    target.scenario.name, out));
}

Result<traffic::FrameSender> sender_for(const packet::Frames& frames, bool as_card,
                                        const ReplayOptions& options) {
    if (!as_card)
        return traffic::FrameSender::create(frames,
                                            options.devices ? options.devices->remote : nullptr);
    XDPBENCH_TRY(traffic::Generator generator, traffic::Generator::create_by_socket(frames));
    return traffic::FrameSender::of(std::move(generator));
}

Result<ReplayOutcome> try_replay(const target::Target& target, model::Mode mode,
                                 const ReplayOptions& options, std::vector<std::string>& notes) {
    if (interrupted()) return interrupted_error();
    if (target.judged) XDPBENCH_CHECK(require_cpus(*target.scenario.replay));
    XDPBENCH_TRY(const packet::Frames frames,
                 target::load_frames(target::replay_traffic(target), target.scenario));
    XDPBENCH_TRY(const bpf::Program opened, target::open_unconfigured(target));
    const bool reads_metadata = bpf::reads_rx_metadata(opened);
    const bool as_card = reads_metadata && !options.devices;
    XDPBENCH_TRY(traffic::FrameSender sender, sender_for(frames, as_card, options));
    XDPBENCH_TRY(const net::Network network,
                 network_for(target, mode, traffic::longest_of(frames), options.devices));
    std::optional<net::Network> aside;  // of real interfaces none is idle
    if (options.devices) {
        XDPBENCH_TRY(net::Network idle, net::Network::create(0, 0));
        aside.emplace(std::move(idle));
    }
    XDPBENCH_TRY(const bpf::Program program, options.devices
                                                 ? testbed::load_for_mode(target, network, mode)
                                                 : load_for(target, network, mode));
    const traffic::Capture capture = capture_for(target, frames);
    std::optional<testbed::InstrumentedLink> link;
    {
        XDPBENCH_TRY(testbed::InstrumentedLink equipped,
                     testbed::InstrumentedLink::create(network, 0, &program, program.fd(), mode,
                                                       capture, target.xsk));
        XDPBENCH_CHECK(equipped.watch_tracepoints(true));
        if (as_card) equipped.sent_by(net::Sender::packet_socket);
        link.emplace(std::move(equipped));
    }
    note_carrier(target, network, *link, notes);
    if (options.devices) note_counting(target, *link, options.devices->out, notes);
    if (as_card) XDPBENCH_CHECK(testbed::act_as_card(network.tester, link->tester()));
    testbed::LinkCounts counts;
    {
        XDPBENCH_TRY(const traffic::PinnedThread pinned,
                     traffic::PinnedThread::pin(traffic::measuring_cpu()));
        const net::Network& parking = aside ? *aside : network;
        XDPBENCH_CHECK(sender.park(parking.tester, parking.parking));
        XDPBENCH_TRY(counts, send_paced(sender, network, *link, frames.size()));
    }
    std::optional<model::VerdictRecord> expected;
    if (mode != model::Mode::offload && (target.judged || !reads_metadata)) {
        XDPBENCH_TRY(expected, expected_verdicts(target));
        testbed::attribute(link->source(), expected->actions, counts);
    }
    // Real ports may lose frames: those get a name, by where they were lost.
    const std::string missing = options.devices ? testbed::name_losses(counts, frames.size())
                                                : testbed::unaccounted(counts, frames.size());
    ReplayOutcome outcome;
    outcome.record = describe(target, mode, *link, counts, frames.size(),
                              options.devices ? net::out_text(*options.devices) : "");
    outcome.record->accounted_for = missing.empty();
    XDPBENCH_TRY(outcome.observation, observe(*link, mode, counts, capture.frames > 0));
    outcome.observation->valid = missing.empty();
    outcome.observation->unsteady = check::reads_clock_or_random(program);
    if (target.judged) {
        XDPBENCH_TRY(outcome.verdict, judge(target, *link, *outcome.record));
    } else if (expected && missing.empty()) {
        outcome.verdict = judge_against_test_runs(*expected, *outcome.record,
                                                  check::reads_clock_or_random(program), notes);
    }
    if (counts.no_action > 0) {
        outcome.verdict.outcome = model::Outcome::failed;
        outcome.verdict.message += no_action_text(counts.no_action);
    }
    if (options.devices && outcome.verdict.outcome == model::Outcome::failed)
        outcome.verdict.message += testbed::losses_text(counts.losses);
    if (!missing.empty()) {
        // With a wrong program all frames are accounted for, too: those that are not are the
        // measurement's fault, and so may be what seems to be the program's.
        outcome.verdict.outcome = model::Outcome::invalid;
        outcome.verdict.message += missing;
        if (options.devices)
            outcome.verdict.message += "\n" + testbed::device_hint(link->dut(), link->tester());
    }
    if (!options.devices) {
        XDPBENCH_CHECK(try_replacement(target, mode, outcome));
    } else if (target.judged && target.scenario.replay->replace) {
        notes.push_back(fmt::format("{}: the replacement under traffic is not done over {}",
                                    target.scenario.name, link->dut().name));
    }
    if (options.keep) {
        link.reset();
        XDPBENCH_CHECK(keep_network(target, network, program, mode, notes));
    }
    return outcome;
}

}  // namespace

ReplayOutcome run_replay(const target::Target& target, model::Mode mode,
                         const ReplayOptions& options, std::vector<std::string>& notes) {
    Result<ReplayOutcome> outcome = try_replay(target, mode, options, notes);
    if (outcome) return std::move(*outcome);
    return ReplayOutcome{check::verdict_of(outcome.error()), std::nullopt, std::nullopt};
}

}  // namespace xdpbench::replay
