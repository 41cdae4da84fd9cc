// What a program did with frames that were offered at chosen rates.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/bound.h"
#include "model/common.h"
#include "model/end.h"
#include "stats/histogram.h"
#include "stats/loss_search.h"

namespace xdpbench::model {

// A generator that offered less than this share of a rate did not offer that rate.
inline constexpr double kRateReached = 0.99;

// Frames offered at one rate for a time, and what became of them (RFC 9971, "Trial"). All frames
// are accounted for: each was processed or is a loss with a name.
struct Trial {
    double rate = 0;     // frames/s, as asked for
    double seconds = 0;  // as asked for
    std::uint64_t sent = 0;
    std::vector<std::uint64_t> sent_by_cpu;  // in the order of BenchSetup::generator_cpus
    double sent_seconds = 0;                 // how long sending them took
    double worst_lag = 0;  // s; the longest that a frame was sent after it was due
    std::uint64_t processed = 0;
    std::uint64_t forwarded = 0;  // frames counted where the action takes them; 0 for a drop
    Losses losses;

    [[nodiscard]] double offered() const;  // frames/s, as really sent
    // Of a number of frames of this trial, frames/s.
    [[nodiscard]] double per_second(std::uint64_t frames) const;
    [[nodiscard]] std::uint64_t lost() const;
    [[nodiscard]] double loss_ratio() const;  // of the frames sent
    // Whether the generator offered the rate. If not, the trial does not count for it.
    [[nodiscard]] bool reached() const;
};

// What a search found for one of its goals.
struct SearchedGoal {
    stats::SearchGoal goal;
    stats::GoalResult result;
    Bound bound = Bound::none;  // program: frames were lost above; generator: it offers no more
    std::string evidence;
};

// What the frames of a latency series went through.
enum class Through { program, baseline };
[[nodiscard]] std::string_view name_of(Through through);

// Latencies of the frames that arrived at one end of a link.
struct LatencySeries {
    Through through = Through::program;
    End place = End::nowhere;
    stats::LatencyHistogram histogram;
    std::uint64_t arrived = 0;  // as the sink counted them otherwise
};

// The percentiles that are shown, by their name in a table and in the JSON document.
struct Percentile {
    const char* name;
    const char* key;
    double q;
};
inline constexpr std::array<Percentile, 4> kPercentiles{{{"p50", "p50_ns", 0.5},
                                                         {"p90", "p90_ns", 0.9},
                                                         {"p99", "p99_ns", 0.99},
                                                         {"p99.9", "p99.9_ns", 0.999}}};

enum class LoadKind { rate, search, latency };
[[nodiscard]] std::string_view name_of(LoadKind kind);

// One program in one mode.
struct LoadRecord {
    BenchSetup setup;
    Outcome outcome = Outcome::passed;
    std::string message;  // why it is skipped or invalid
    LoadKind kind = LoadKind::rate;
    double rate = 0;   // frames/s that were asked for; of a search 0
    double share = 0;  // of the throughput that a search found, which the rate comes from; or 0
    std::uint32_t burst = 0;    // frames that may leave together at this rate
    bool stamped = false;       // frames carry time stamps, which takes time
    std::vector<Trial> trials;  // in the order in which they ran
    double seconds = 0;         // all of it took
    // Of a search.
    std::vector<Trial> probes;  // as fast as possible, to find range.max
    stats::LoadRange range;
    std::vector<SearchedGoal> goals;
    // Of a latency.
    std::vector<Trial> baseline_trials;
    std::vector<LatencySeries> latencies;
    double clock_ns = 0;           // what reading the clock takes
    std::uint64_t lengthened = 0;  // frames of the traffic that had no room for a time stamp

    [[nodiscard]] std::vector<Trial> reached_trials() const;
};

}  // namespace xdpbench::model
