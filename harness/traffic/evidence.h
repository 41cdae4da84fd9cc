// Reads what happens while a window is timed (stats/evidence.h), for the calling thread, which is
// pinned to its CPU. Takes some microseconds before and after a window, and nothing during it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/unique_fd.h"
#include "stats/evidence.h"
#include "traffic/cgroup_quota.h"

namespace xdpbench::traffic {

// Files that the kernel does not have count as nothing having happened; CPU time and switches are
// always there.
class EvidenceReader {
  public:
    // For the calling thread on `cpu`. Keeps the files open.
    explicit EvidenceReader(int cpu);

    // Right before the window.
    void begin();
    // Right after it, on the same thread.
    [[nodiscard]] stats::WindowEvidence end();

    // The quotas that limit this process, the tightest first.
    [[nodiscard]] const std::vector<CgroupQuota>& quotas() const { return quotas_; }
    [[nodiscard]] int cpu() const { return cpu_; }

  private:
    // Counters as they are now; differences are evidence.
    struct Counters {
        Clock::time_point wall;
        double cpu_seconds = 0;
        double waited_seconds = 0;
        double throttled_seconds = 0;
        double stolen_seconds = 0;
        double interrupt_seconds = 0;
        std::uint64_t preemptions = 0;
        std::uint64_t sleeps = 0;
    };
    void read_slow(Counters& counters);
    void read_cpu_times(Counters& counters);
    static void read_clocks(Counters& counters);

    int cpu_;
    UniqueFd schedstat_;  // of the thread
    UniqueFd stat_;       // of all CPUs
    std::vector<CgroupQuota> quotas_;
    std::vector<UniqueFd> cpu_stats_;  // of `quotas_`
    std::string buffer_;
    Clock::time_point cpu_times_read_;
    Counters before_;
    Counters cpu_times_;  // as last read: steal and interrupts only
};

// Seconds of steal, and of interrupts and softirqs, of `cpu` in the text of /proc/stat. 0 if it is
// not there.
struct CpuTimes {
    double stolen_seconds = 0;
    double interrupt_seconds = 0;
};
[[nodiscard]] CpuTimes parse_cpu_times(std::string_view stat, int cpu, long ticks_per_second);

}  // namespace xdpbench::traffic
