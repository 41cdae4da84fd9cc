// What a run found out: plain data that every reporter reads and no reporter changes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/common.h"
#include "report/lan.h"
#include "report/load.h"

namespace xdpbench {

// One check, one replay, one lan, one comparison of a replay between attach modes, or one device
// that was given the program.
struct CaseResult {
    std::string kind;     // "check", "replay", "lan", "modes" or "offload"
    std::string program;  // name of the scenario
    std::string mode;     // of a replay, a lan or a device; the others have none
    std::string name;
    std::string location;  // file:line:column in the scenario
    Outcome outcome = Outcome::passed;
    std::string message;  // why it failed, was skipped or is invalid
    double seconds = 0;
    std::string repeat;  // the command that runs this case alone
};

// A program under test as the kernel has it.
struct ProgramRecord {
    std::string name;
    std::string object;
    std::string function;
    std::uint32_t id = 0;
    std::string tag;
    std::uint32_t jited_bytes = 0;
    std::uint32_t xlated_bytes = 0;
    // What it took to verify it; what the kernel does not say is absent.
    std::optional<std::uint64_t> verified_insns;
    std::optional<std::uint64_t> total_states;
    std::optional<std::uint64_t> peak_states;
    std::vector<std::uint32_t> stack_bytes;  // of each function, the program itself first
    double load_seconds = 0;
    std::uint64_t padded_frames = 0;  // of the traffic; cut by the capture, padded with zeros
};

// Frames run through BPF_PROG_TEST_RUN without an expectation.
struct VerdictRecord {
    std::string program;
    std::string traffic;
    std::uint64_t frames = 0;
    ActionTally actions{};
    std::uint64_t no_action = 0;  // returned something that is no action
    double seconds = 0;
};

struct CpuTally {
    int cpu = 0;
    ActionTally actions{};
};

// The program was replaced again and again while frames were under way.
struct ReplacementRecord {
    std::uint64_t times = 0;
    std::uint64_t sent = 0;
    // Frames that each of the two handled, by their own counters; none where one of them has none.
    std::optional<std::uint64_t> by_first;
    std::optional<std::uint64_t> by_second;
    Losses losses;
    bool balanced = false;
};

struct ReplayRecord {
    std::string program;
    std::string mode;
    std::string topology;  // "pair" or "chain"
    std::string traffic;
    std::uint64_t sent = 0;
    ActionTally actions{};
    std::string counted_by;                    // where `actions` comes from
    std::uint64_t received = 0;                // frames that came back to the tester side
    std::uint64_t passed = 0;                  // frames that reached the stack of the DUT side
    std::uint64_t forwarded = 0;               // frames that reached the far end of a chain
    std::map<int, std::uint64_t> passed_cpus;  // `passed`, by the CPU that ran the stack
    Losses losses;
    std::vector<CpuTally> cpus;  // empty if the program does not count per CPU
    bool judged = false;         // compared with the scenario's expectation
    bool balanced = false;
    std::optional<ReplacementRecord> replacement;  // if the scenario asks for it
};

// 0 without packets.
[[nodiscard]] double ns_each(double seconds, std::uint64_t packets);

// One round: windows of the program under test and of the floor took turns.
struct BenchRound {
    std::uint64_t offered = 0;    // frames handed over by the generator
    std::uint64_t processed = 0;  // frames the program handled
    std::uint64_t forwarded = 0;  // frames counted where the action takes them; 0 for a drop
    double seconds = 0;           // of these frames
    std::uint64_t floor_packets = 0;
    double floor_seconds = 0;
    std::vector<double> window_ns;        // ns/packet of each window of the program,
    std::vector<double> floor_window_ns;  // and of the floor's next to it
    // A cycle of the program's CPU between the two windows, ns; empty where it is not measured.
    std::vector<double> cycle_ns;
    // Instructions a cycle that the core gave this thread around the two windows, the fewest of
    // three readings; empty where cycles are.
    std::vector<double> core_ipc = {};
    // Whether another thread shared the core then (find_shared_windows); empty as above.
    std::vector<bool> shared = {};
    // A cycle of the clock that figures in ns are given at (BenchRecord::clock_cycle_ns); 0: they
    // are as timed.
    double clock_cycle_ns = 0;

    // Of the middle window that had the core for itself: what disturbs a few of the others does
    // not move it. Of the middle one of all where core_shared(). At the run's clock: the CPU's own
    // moves all the time, and every time with it.
    [[nodiscard]] double ns_per_packet() const;
    [[nodiscard]] double floor_ns() const;
    [[nodiscard]] double program_ns() const { return ns_per_packet() - floor_ns(); }
    // As timed, at whatever clock there was.
    [[nodiscard]] double timed_ns_per_packet() const;
    // In cycles, window by window at the clock of that moment. 0 if that is not measured.
    [[nodiscard]] double cycles_per_packet() const;
    [[nodiscard]] double floor_cycles() const;
    [[nodiscard]] double program_cycles() const { return cycles_per_packet() - floor_cycles(); }
    [[nodiscard]] double gigahertz() const;
    [[nodiscard]] double rate(std::uint64_t frames) const;  // packets/s
    // The core was another thread's too in so many windows that what is left says nothing.
    [[nodiscard]] bool core_shared() const;
    [[nodiscard]] std::size_t shared_windows() const;
};

// A core gives a thread less than this share of what it can give while another one has some of it:
// alone it is even to 0.05, shared it is about half.
inline constexpr double kOwnCore = 0.85;

// Instructions a cycle of a core that no other thread shares: the upper end of these readings, or
// of those of these rounds. 0 where there are none. If the core was shared nearly all the time it
// is that of a shared one.
[[nodiscard]] double own_core_ipc(const std::vector<double>& core_ipc);
[[nodiscard]] double own_core_ipc(const std::vector<BenchRound>& rounds);

// Marks the windows around which the core gave markedly less than `own_ipc`. That is decided by
// the core alone, never by how long the windows took, and holds for the program's and the floor's.
void find_shared_windows(std::vector<BenchRound>& rounds, double own_ipc);

struct BenchRecord : BenchSetup {
    std::vector<BenchRound> rounds;
    std::vector<CpuTally> cpus;  // over all rounds
    double seconds = 0;          // of the program's windows over all rounds
    // Instructions a cycle of the core while nobody shares it, as far as the run has seen it; 0
    // where it is not measured.
    double core_ipc = 0;
    // A cycle of the clock that figures in ns are given at: that of the program's CPU when the run
    // began; 0 where it is not measured.
    double clock_cycle_ns = 0;
    ActionTally actions{};
    // Where frames arrived, over all rounds: back at the tester, in the stack, at the far end.
    std::uint64_t received = 0;
    std::uint64_t passed = 0;
    std::uint64_t forwarded = 0;
    std::map<int, std::uint64_t> passed_cpus;  // `passed`, by the CPU that ran the stack
    std::vector<int> floor_cpus;               // that the floor's frames go to, of a CPUMAP
    Losses losses;
    double measured_seconds = 0;  // of all windows, the floor's too, with what is around them
    double user_seconds = 0;      // of these, that this process spent in its own code
    std::string bound;            // "generator" or "program"
    std::string evidence;

    // Measured in the fresh-packet loop: no network, so no rates and no losses.
    [[nodiscard]] bool alone() const { return mode == "test_run"; }
    // Figures in cycles are there, too.
    [[nodiscard]] bool has_cycles() const {
        return !rounds.empty() && !rounds.front().cycle_ns.empty();
    }
    // Of the clock that figures in ns are given at; 0 where there are no cycles.
    [[nodiscard]] double clock_gigahertz() const {
        return clock_cycle_ns > 0 ? 1 / clock_cycle_ns : 0;
    }
    // Windows in which another thread shared the core, as a share of all.
    [[nodiscard]] double shared_share() const;
    [[nodiscard]] std::size_t shared_rounds() const;
    // CPU time in the harness's own code, as a share of one CPU.
    [[nodiscard]] double user_share() const {
        return measured_seconds > 0 ? user_seconds / measured_seconds : 0;
    }
};

// One number of every round that had the core for itself, or of all where none had.
template <class Measure>
[[nodiscard]] std::vector<double> measure_rounds(const BenchRecord& bench, Measure measure) {
    const bool some_own = bench.shared_rounds() < bench.rounds.size();
    std::vector<double> samples;
    samples.reserve(bench.rounds.size());
    for (const BenchRound& round : bench.rounds) {
        if (!some_own || !round.core_shared()) samples.push_back(measure(round));
    }
    return samples;
}

// Actions a second over all rounds, rounded down.
[[nodiscard]] ActionTally per_second(const BenchRecord& bench, const CpuTally& cpu);

// Smaller differences than this between two figures of the fresh-packet loop say nothing (ns).
inline constexpr double kAloneResolution = 0.1;

// So many CPUs, each with a generator: how fast they are on queues of one device, and how fast on
// as many devices of their own.
struct ScalingStep {
    std::vector<int> cpus;
    // Packets/s processed, of each pair of windows, one after the other.
    std::vector<double> together;
    std::vector<double> apart;
};

struct ScalingRecord : BenchSetup {
    std::uint64_t queues = 0;  // of the one device
    std::vector<ScalingStep> steps;
    ActionTally actions{};  // over all windows
    Losses losses;
    double seconds = 0;
};

// Rate together / rate apart: the median of the pairs of windows. 0 without any.
[[nodiscard]] double efficiency(const ScalingStep& step);
// Rate together / that of one CPU, and the same of the devices apart. 0 without one.
[[nodiscard]] double speedup(const ScalingRecord& scaling, const ScalingStep& step);
[[nodiscard]] double apart_speedup(const ScalingRecord& scaling, const ScalingStep& step);

// One step of what offload mode does with a device.
struct OffloadStep {
    std::string name;
    bool held = false;
    std::string detail;  // what was seen, or what refused it
};

// What a device did with a program that it was given (`--mode offload --dev`).
struct OffloadRecord {
    std::string program;
    std::string object;
    std::string device;
    std::string driver;
    std::string firmware;
    std::string acceptance;  // "accepted", "refused", "failed" (a step after it was accepted)
    std::string execution;   // "executed", "not executed", "unknown"
    std::string evidence;    // of the execution, or why it is unknown
    std::vector<OffloadStep> steps;
    std::uint64_t sent = 0;  // frames towards the device while the program was attached
    std::uint64_t reached_stack = 0;
    std::uint64_t counted_by_program = 0;                  // by its map in the device
    std::map<std::string, std::uint64_t> device_counters;  // of the driver, that went up meanwhile
};

// What an attach mode does on a device.
struct AttachModeRecord {
    std::string mode;
    bool works = false;
    std::string answer;  // one line: what was seen, or the refusal
};

// An interface as `doctor --dev` finds it. A number is 0 where nobody says.
struct DeviceRecord {
    std::string name;
    std::string driver;    // empty: the device has none
    std::string firmware;  // the same
    bool up = false;
    bool carrier = false;
    std::vector<std::pair<std::string, std::uint32_t>> queues;  // "rx in use" ...
    std::uint32_t mtu = 0;                                      // bytes
    std::uint32_t min_mtu = 0;
    std::uint32_t max_mtu = 0;
    std::vector<std::string> features;  // switched on, by the kernel's names
    bool declares = false;              // the kernel has the netlink family netdev
    std::uint64_t declared_features = 0;
    std::string declared_names;
    std::vector<std::pair<std::string, std::uint32_t>> attached;  // mode and program id
    std::vector<AttachModeRecord> modes;                          // empty: not tried
    std::string modes_untried;                                    // why not
    std::uint32_t max_mtu_with_xdp = 0;   // of a native program without xdp.frags; 0: not tried
    std::string max_mtu_with_xdp_source;  // how it was found, or why it was not
};

struct RunRecord {
    std::string command_line;
    std::string started;  // UTC, ISO 8601
    double seconds = 0;
    std::vector<std::pair<std::string, std::string>> environment;
    std::vector<std::string> settings;  // that won over the scenario's (--set)
    std::vector<ProgramRecord> programs;
    std::vector<CaseResult> cases;
    std::vector<VerdictRecord> verdicts;
    std::vector<ReplayRecord> replays;
    std::vector<LanRecord> lans;
    std::vector<OffloadRecord> offloads;
    std::vector<BenchRecord> benches;
    std::vector<LoadRecord> loads;
    std::vector<ScalingRecord> scalings;
    std::string google_benchmark;  // its JSON document: context and benchmarks
    bool interrupted = false;
    int exit_code = 0;
};

}  // namespace xdpbench
