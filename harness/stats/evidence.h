// What happened while a window was timed, and whether the window counts. Pure: evidence is read in
// traffic/evidence.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xdpbench::stats {

// Of one window, or the sum over several. Of the thread that does the work, unless it says other.
struct WindowEvidence {
    double wall_seconds = 0;
    double cpu_seconds = 0;        // that the thread had of it
    double waited_seconds = 0;     // that it was ready to run, but did not
    double throttled_seconds = 0;  // that its cgroup was not allowed to run
    // Of the thread's CPU, counted in steps of a clock tick (10 ms): of one window they say little,
    // of many they say how much.
    double stolen_seconds = 0;      // the hypervisor ran something else
    double interrupt_seconds = 0;   // interrupts and softirqs, those of the measured path included
    std::uint64_t preemptions = 0;  // involuntary switches to another thread
    std::uint64_t sleeps = 0;       // switches because the thread had to wait for something

    // Share of the wall time that the thread did not have.
    [[nodiscard]] double lost_share() const;
    WindowEvidence& operator+=(const WindowEvidence& other);
    bool operator==(const WindowEvidence&) const = default;
};

enum class Disturbance {
    none,         // the window counts
    throttled,    // by the CPU quota of the cgroup
    preempted,    // by another thread
    slept,        // waited for the kernel: a lock, memory, RCU
    stolen,       // by the hypervisor
    core_shared,  // another thread had part of the core (SMT): judged by the caller
    stopped,      // a signal stopped the process (SIGSTOP): judged by the caller
};
inline constexpr std::size_t kDisturbances = 7;
// All but none.
inline constexpr std::array<Disturbance, kDisturbances - 1> kReasons{
    Disturbance::throttled, Disturbance::preempted,   Disturbance::slept,
    Disturbance::stolen,    Disturbance::core_shared, Disturbance::stopped};
// "preempted"; none has no name.
[[nodiscard]] std::string_view name(Disturbance disturbance);

struct EvidenceLimits {
    double lost_share = 0.01;         // a window in which more was lost does not count
    std::size_t fewest_windows = 30;  // that count; with fewer the result is invalid
};

// The reason why a window does not count, or none.
[[nodiscard]] Disturbance judge(const WindowEvidence& window, const EvidenceLimits& limits = {});

// What became of the windows of a measurement.
class WindowTally {
  public:
    void add(const WindowEvidence& window, Disturbance disturbance);

    [[nodiscard]] std::size_t windows() const { return windows_; }
    [[nodiscard]] std::size_t clean() const { return count(Disturbance::none); }
    [[nodiscard]] std::size_t excluded() const { return windows_ - clean(); }
    [[nodiscard]] std::size_t count(Disturbance disturbance) const {
        return counts_.at(static_cast<std::size_t>(disturbance));
    }
    [[nodiscard]] const WindowEvidence& total() const { return total_; }

    // "12 % of windows excluded: 9 % preempted, 3 % throttled"; empty if all count.
    [[nodiscard]] std::string text() const;

  private:
    std::size_t windows_ = 0;
    std::array<std::size_t, kDisturbances> counts_{};
    WindowEvidence total_;
};

// What the caller knows about the cause; empty where nothing is known.
struct Suspects {
    int cpu = -1;
    std::string quota;    // "quota of 20 % of a CPU (cgroup /x)"
    std::string process;  // the busiest other one on the CPU: "process 4711 (stress)"
};

// Why the windows that are left are too few for a figure; nothing: they are enough.
// "only 3 of 400 windows count, 30 are needed: throttled for 63 % of the time: quota of 20 % of a
// CPU (cgroup /x)"
[[nodiscard]] std::optional<std::string> why_too_few(const WindowTally& tally,
                                                     const Suspects& suspects,
                                                     const EvidenceLimits& limits = {});

}  // namespace xdpbench::stats
