// Bench: what a packet costs on one path of a program, against the same path with an empty program
// in the same run. Two rigs measure it: end to end through a veth (veth_bench.h), and the program
// alone in the fresh-packet loop (loop_bench.h).
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "bench/paths.h"
#include "bpf/map_state.h"
#include "model/run.h"
#include "testbed/accounting.h"
#include "traffic/core.h"
#include "traffic/evidence.h"

namespace xdpbench::bench {

// A CPU's core as benches see it; 0 where it is not measured.
struct KnownCore {
    double ipc = 0;       // BenchRecord::core_ipc
    double cycle_ns = 0;  // BenchRecord::clock_cycle_ns
};

// When a bench that takes as long as necessary may stop.
struct PrecisionGoal {
    double precision = 0.005;  // as a share of ns/packet (BenchPrecision::reached)
    double seconds = 10;       // wall time after which it stops anyway
};

// Windows of the program interleaved with windows of the baseline, added up to rounds. The caller
// has pinned the thread to the generator's CPU.
class BenchRig {
  public:
    virtual ~BenchRig() = default;
    BenchRig(const BenchRig&) = delete;
    BenchRig& operator=(const BenchRig&) = delete;
    BenchRig(BenchRig&&) = delete;
    BenchRig& operator=(BenchRig&&) = delete;

    // Frames of a window, and windows that fill a round of `seconds`.
    [[nodiscard]] std::uint64_t window_frames() const { return window_frames_; }
    [[nodiscard]] std::uint64_t windows_in(double seconds) const;

    // Times of windows are given since then.
    void set_run_start(Clock::time_point start) { run_start_ = start; }

    // Windows that do not count, for `seconds`, but for half a second at most: they tell the clock
    // that figures are given at, and the core.
    Result<void> warm_up(double seconds);
    // Of so many calls of run_windows().
    void begin_round(std::uint64_t pairs);
    // One window of the program and one of the baseline; which comes first alternates. If the pair
    // does not count (BenchRound::excluded) it is measured again, for three times the round's at
    // most.
    Result<void> run_windows();
    // The round counts only if this is called.
    model::BenchRound end_round();

    // Instead of rounds of a fixed length: windows until the goal is reached, judged at numbers of
    // windows that are fixed here, before the first one. `goal.seconds` are the most it may take.
    void aim_at(const PrecisionGoal& goal);
    // Measures on until the goal is reached, for `seconds` at most. May be called again.
    // `progress` is told some times a second what is known, which decides nothing.
    Result<void> measure(double seconds,
                         const std::function<void(const model::BenchPrecision&)>& progress);
    // Whether measuring on is of no more use.
    [[nodiscard]] bool done() const { return reached_goal_ || looks_taken_ == plan_.looks.size(); }
    // Divides what was measured so into as many rounds as asked for.
    void divide(int rounds);
    [[nodiscard]] const std::vector<model::BenchRound>& rounds() const { return record_.rounds; }

    // What earlier benches of the run have seen of the program's core, by CPU, before warm_up():
    // so all of them are given at one clock, and what the core gives alone is known even if
    // somebody shares it all through this one.
    void expect_core(const std::map<int, KnownCore>& cores);
    void tell_core(std::map<int, KnownCore>& cores) const;

    // Everything measured so far, the paths taken checked.
    [[nodiscard]] virtual Result<model::BenchRecord> finish();

  protected:
    struct Window {
        std::uint64_t processed = 0;
        std::uint64_t forwarded = 0;
        double seconds = 0;
        bool stopped = false;  // the process was stopped meanwhile (SIGSTOP)
    };

    BenchRig() = default;
    // One window of `frames`; what only the program's windows tell goes into `counted`, if given.
    virtual Result<Window> window(bool baseline, std::uint64_t frames,
                                  model::BenchRecord* counted) = 0;
    // From here on windows in which the calling thread loses part of its time do not count. Only
    // where it does all the work itself.
    void watch_thread(int cpu) { reader_.emplace(cpu); }
    // Whether the thread's CPU time has all of its work in it, found out with windows that do not
    // count. Kernels that account for softirqs apart (CONFIG_IRQ_TIME_ACCOUNTING) take out those
    // that the thread runs itself, and so nearly all of a path through a veth.
    Result<bool> find_whole_cpu_time();
    // Finds out how many frames a window of `seconds` takes, within the limits.
    Result<void> calibrate(double seconds, std::uint64_t fewest, std::uint64_t most);
    // Redirected frames of the program and of the baseline must arrive in the same place.
    [[nodiscard]] Result<void> require_same_end(model::End end, model::End baseline_end) const;

    // What the program's windows that count were to do, and what they did by the counts of
    // `source`.
    void watch_paths(Paths paths);
    void verify_paths(testbed::ActionSource source, model::BenchRecord& record) const;

    // Before watch_paths(): the maps of `program` are restored before each window.
    Result<void> keep_state(const bpf::Program& program);
    // Before a window of the program, if they are; nothing otherwise.
    [[nodiscard]] Result<void> restore_state() const;

    model::BenchRecord record_;
    std::optional<bpf::MapState> state_;
    Paths paths_;
    std::optional<PathWatch> watch_;  // of the program's windows that count
    // The whole path is the work of the calling thread's CPU, so its clock is what counts.
    bool on_this_cpu_ = false;
    bool fresh_ = false;

  private:
    struct WindowPair {
        Window program;
        Window baseline;
        traffic::CoreReadings core;
        Clock::time_point start;
        stats::WindowEvidence evidence;
        stats::Disturbance disturbance = stats::Disturbance::none;
    };
    Result<WindowPair> run_pair(model::BenchRecord* counted);
    // The same, with what it adds to the record's times.
    Result<WindowPair> run_counted_pair();
    void watch(WindowPair& pair, const Window& window);
    void add_to_round(const WindowPair& pair);
    [[nodiscard]] bool counts(const WindowPair& pair) const;
    // What is known now, if it is some time since the `last` time.
    void show(Clock::time_point& last,
              const std::function<void(const model::BenchPrecision&)>& progress);
    void judge_windows();
    [[nodiscard]] stats::Suspects find_suspects() const;

    Clock::time_point run_start_ = Clock::now();
    std::uint64_t window_frames_ = 0;
    double window_seconds_ = 0;  // of the program
    double pair_seconds_ = 0;    // of both, with what is between them
    model::BenchRound round_;
    std::uint64_t spare_pairs_ = 0;
    std::optional<traffic::EvidenceReader> reader_;
    std::vector<stats::WindowEvidence> evidence_;        // of all pairs of all rounds, in order
    std::vector<stats::WindowEvidence> round_evidence_;  // of the round that is under way
    stats::PrecisionPlan plan_;
    // As long as necessary: what was measured, how much of it counts, the looks taken.
    std::vector<WindowPair> pairs_;
    std::size_t clean_pairs_ = 0;
    std::size_t looks_taken_ = 0;
    bool reached_goal_ = false;
    bool baseline_first_ = false;
    bool whole_cpu_time_ = true;
};

}  // namespace xdpbench::bench
