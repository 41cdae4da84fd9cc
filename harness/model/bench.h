// What a bench measured, and the figures that follow from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/bound.h"
#include "model/common.h"
#include "model/xsk.h"
#include "stats/evidence.h"
#include "stats/precision.h"

namespace xdpbench::model {

// 0 without packets.
[[nodiscard]] double ns_each(double seconds, std::uint64_t packets);

// One round: windows of the program under test and of the baseline took turns.
struct BenchRound {
    std::uint64_t offered = 0;    // frames handed over by the generator
    std::uint64_t processed = 0;  // frames the program handled
    std::uint64_t forwarded = 0;  // frames counted where the action takes them; 0 for a drop
    double seconds = 0;           // of these frames
    std::uint64_t baseline_packets = 0;
    double baseline_seconds = 0;
    std::vector<double> window_ns;           // ns/packet of each window of the program,
    std::vector<double> baseline_window_ns;  // and of the baseline's next to it
    // A cycle of the program's CPU between the two windows, ns; empty where it is not measured.
    std::vector<double> cycle_ns;
    // Instructions a cycle that the core gave this thread around the two windows, the fewest of
    // three readings; empty where cycles are.
    std::vector<double> core_ipc = {};
    // Whether another thread shared the core then (find_shared_windows); empty as above.
    std::vector<bool> shared = {};
    // When each pair began, in seconds since the run did.
    std::vector<double> started = {};
    // What else disturbed the thread during one of the two windows; empty where nobody watched.
    std::vector<stats::Disturbance> disturbance = {};
    // A cycle of the clock that figures in ns are given at (BenchRecord::clock_cycle_ns); 0: they
    // are as timed.
    double clock_cycle_ns = 0;

    // Of the middle window that counts: what disturbs a few of the others does not move it. Of the
    // middle one of all where disturbed(). At the run's clock: the CPU's own
    // moves all the time, and every time with it.
    [[nodiscard]] double ns_per_packet() const;
    [[nodiscard]] double baseline_ns() const;
    [[nodiscard]] double program_ns() const { return ns_per_packet() - baseline_ns(); }
    // As timed, at whatever clock there was.
    [[nodiscard]] double timed_ns_per_packet() const;
    // In cycles, window by window at the clock of that moment. 0 if that is not measured.
    [[nodiscard]] double cycles_per_packet() const;
    [[nodiscard]] double baseline_cycles() const;
    [[nodiscard]] double program_cycles() const { return cycles_per_packet() - baseline_cycles(); }
    [[nodiscard]] double gigahertz() const;
    [[nodiscard]] double rate(std::uint64_t frames) const;  // packets/s
    [[nodiscard]] double baseline_rate() const;             // of the baseline's windows, packets/s
    // The pair of windows does not count: another thread shared the core, or the thread lost part
    // of its time.
    [[nodiscard]] bool excluded(std::size_t pair) const {
        return reason(pair) != stats::Disturbance::none;
    }
    // Why it does not count; none: it counts.
    [[nodiscard]] stats::Disturbance reason(std::size_t pair) const;
    [[nodiscard]] std::size_t excluded_windows() const;
    // So many windows are excluded that the rest cannot be judged.
    [[nodiscard]] bool disturbed() const;
    // Of the core alone.
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
// the core alone, never by how long the windows took, and holds for the program's and the
// baseline's.
void find_shared_windows(std::vector<BenchRound>& rounds, double own_ipc);

// How exactly the figures of a bench are known, from all windows of all rounds that count. ns per
// packet at the run's clock, as in BenchRound.
struct BenchPrecision {
    double wanted = 0;  // error of ns_per_packet and of baseline_ns, as a share of ns_per_packet
    std::size_t windows = 0;  // pairs that the figures are of
    bool disturbed = false;   // too few pairs count: the figures are of all
    stats::Estimate ns_per_packet;
    stats::Estimate baseline_ns;
    stats::Estimate program_ns;  // of the differences of the pairs

    // The larger error of ns_per_packet and baseline_ns, as a share of ns_per_packet: it bounds
    // what either adds to the error of the program's cost.
    [[nodiscard]] double reached() const;
    [[nodiscard]] bool enough() const { return reached() <= wanted; }
    // The interval of the program's cost has 0 in it or ends below: the cost is less than its upper
    // end, which is returned. Nothing: the cost is a figure.
    [[nodiscard]] std::optional<double> cost_below() const;
    // The program seems to be faster than no program: the baseline is not one.
    [[nodiscard]] bool broken_baseline() const;
};

// Of the pairs of `rounds` that count, in the order in which they were measured; of all if those
// are too few. Nothing with fewer pairs than `plan` has blocks.
[[nodiscard]] std::optional<BenchPrecision> find_precision(const std::vector<BenchRound>& rounds,
                                                           const stats::PrecisionPlan& plan);

// In which state the program was timed, where its verdicts depend on what it has seen before.
struct BenchState {
    bool fresh = false;      // its maps were restored before each window
    bool steady = true;      // each frame's verdict stays
    std::size_t passes = 0;  // of the traffic until verdicts stayed; 0: from the first on
    ActionTally mix{};       // of one pass of the traffic in the state that is timed
    ActionTally first{};     // of the first pass
    ActionTally lowest{};    // of the verdicts of one pass, where they change
    ActionTally highest{};
    std::vector<std::string> kept{};  // fresh: maps that cannot be restored

    // There is more to say than the path.
    [[nodiscard]] bool noteworthy() const { return fresh || !steady || passes > 0; }
};

struct BenchRecord {
    BenchSetup setup;
    Outcome outcome = Outcome::passed;
    std::string message;  // why it is skipped or invalid
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
    std::optional<XskRecord> xsk;              // of a program that redirects to AF_XDP sockets
    std::map<int, std::uint64_t> passed_cpus;  // `passed`, by the CPU that ran the stack
    std::vector<int> baseline_cpus;            // that the baseline's frames go to, of a CPUMAP
    Losses losses;
    double measured_seconds = 0;  // of all windows, the baseline's too, with what is around them
    double user_seconds = 0;      // of these, that this process spent in its own code
    std::optional<BenchPrecision> precision;
    BenchState state;
    double first_figure_seconds = 0;  // after the run began; 0: rounds were asked for
    // Windows are timed by the CPU time of the one thread that does all the work, not by wall time:
    // what other threads were given meanwhile is not in it.
    bool cpu_time = false;
    stats::WindowTally windows;  // those that do not count, by reason; none where nobody watched
    Bound bound = Bound::none;
    std::string evidence;

    // Measured in the fresh-packet loop: no network, so no rates and no losses.
    [[nodiscard]] bool alone() const { return !setup.mode; }
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
    [[nodiscard]] std::size_t disturbed_rounds() const;
    // CPU time in the harness's own code, as a share of one CPU.
    [[nodiscard]] double user_share() const {
        return measured_seconds > 0 ? user_seconds / measured_seconds : 0;
    }
};

// One number of every round that was not disturbed, or of all where each was.
template <class Measure>
[[nodiscard]] std::vector<double> measure_rounds(const BenchRecord& bench, Measure measure) {
    const bool some_own = bench.disturbed_rounds() < bench.rounds.size();
    std::vector<double> samples;
    samples.reserve(bench.rounds.size());
    for (const BenchRound& round : bench.rounds) {
        if (!some_own || !round.disturbed()) samples.push_back(measure(round));
    }
    return samples;
}

// Actions a second over all rounds, rounded down.
[[nodiscard]] ActionTally per_second(const BenchRecord& bench, const CpuTally& cpu);

// The resolution of the fresh-packet loop: the smallest difference that means anything (ns).
inline constexpr double kAloneResolution = 0.1;

}  // namespace xdpbench::model
