// What xdp-bench-performance measures, one function a part of its table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <vector>

#include "base/result.h"

namespace xdpbench {

// Of medians.
inline constexpr int kRounds = 7;

// 1,000 frames of 64 bytes with the FCS.
Result<std::filesystem::path> fixture_traffic();

// Frames a second that a native drop handles, round by round.
struct Rates {
    double to_constant = 0;  // replay's rate over the constant frame's, the middle of windows
    std::vector<double> replay;
    std::vector<double> constant;
    std::vector<double> tcpreplay;
    std::uint64_t lost = 0;
};
Result<Rates> measure_generators();

// A pair up and down, ms.
Result<double> topology_milliseconds();

// What the fresh-packet loop adds to the kernel's own repetition, ns a packet.
Result<double> loop_overhead_ns();

// `xdp-bench --only check,replay` of icmp_lb, s.
Result<double> check_replay_seconds();

// `xdp-bench --mode native --prog icmp_lb`: what most users type first.
struct MainJob {
    double seconds = 0;
    double precision =
        std::numeric_limits<double>::quiet_NaN();  // of the less exact bench, per cent
    double first_figure = std::numeric_limits<double>::quiet_NaN();  // s, after the run began
    double peak_mebibytes = 0;  // of the largest process of this program until now
};
Result<MainJob> measure_main_job();

// Checks and replays of all programs in generic and native mode, s.
Result<double> all_checks_seconds();

struct Checks {
    double runs_per_second = 0;
    double peak_mebibytes = 0;  // resident, of the process that read a pcap of 1 GiB
};
Result<Checks> measure_checks();

// What a run of benches reports about itself.
struct Benches {
    double user_share = 0;  // the largest of its benches: CPU time in the tool's own code
    double efficiency = 1;  // of two CPUs on one device; 1 where there is one CPU
    double speedup = 1;
};
Result<Benches> measure_benches();

// Range over median of the whole path's ns/packet in 20 rounds of a second, per cent; nothing is
// known (NaN) if there were not as many on a core of their own.
struct Repeatability {
    double at_clock = std::numeric_limits<double>::quiet_NaN();  // at the run's clock
    double timed = std::numeric_limits<double>::quiet_NaN();
    // Rounds before and between them whose core another thread had part of most of the time: the
    // machine was not idle.
    std::size_t left_out = 0;
};
inline constexpr int kRoundsOfRange = 40;
// Of icmp_lb, the first 20 of up to 40 rounds: alone, and in native mode.
Result<std::vector<Repeatability>> measure_repeatability();

}  // namespace xdpbench
