// What `xdp-bench compare BASE CONTENDER` found.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/bound.h"
#include "model/run.h"
#include "stats/comparison.h"

namespace xdpbench::model {

// What an effect is relative to.
enum class Measure {
    program,  // the program's own time, without the baseline
    packet    // the time of the whole path
};
[[nodiscard]] std::string_view name_of(Measure measure);

// One measure of two programs in one shape of the traffic, interleaved in blocks.
// The fewest blocks that are looked at: with fewer the signed-rank test could not reject.
inline constexpr std::size_t kFirstLook = 12;

struct ComparedCase {
    BenchSetup setup;
    Outcome outcome = Outcome::passed;
    std::string message;  // why it is skipped or invalid
    Measure measure = Measure::packet;
    double threshold = 0;  // relative effect below which nothing is called a difference
    stats::Comparison comparison;
    double adjusted_p = 1;  // Holm's, over the cases of this run
    // Medians over the blocks, ns/packet with the baseline in it; floor_ns 0: no baseline was
    // measured.
    double base_ns = 0;
    double contender_ns = 0;
    double baseline_ns = 0;
    double seconds = 0;
    std::vector<double> ratios;        // ln(contender / base) of each block
    std::vector<double> control;       // ln(base / base loaded a second time)
    std::vector<double> base_samples;  // ns/packet of each block, with the baseline in it
    std::vector<double> contender_samples;

    // How much more than the base the contender takes, ns/packet: the median of the blocks'
    // differences, which no drift between the blocks is in.
    [[nodiscard]] double more_ns() const;

    // Of separate CPUs: the share of the frames that found the ring before the program full, and
    // which side was the slower one by that: program or generator.
    double refused = 0;
    Bound bound = Bound::none;
};

// How a case ended, and what it says of the contender: failed if it is slower, invalid if that is
// not known.
[[nodiscard]] Outcome outcome_of(const ComparedCase& one);

struct CompareRecord {
    std::string command_line;
    std::string started;  // UTC, ISO 8601
    double seconds = 0;
    std::vector<std::pair<std::string, std::string>> environment;
    Labels labels;  // of the contender; base_commit: of the base
    ProgramRecord base;
    ProgramRecord contender;
    int cpu = 0;
    double alpha = 0;
    double threshold = 0;    // as asked for; of a case it may be more
    double power = 0;        // of the smallest visible effect
    std::uint64_t seed = 0;  // of the order of windows
    std::vector<ComparedCase> cases;
    bool interrupted = false;
    int exit_code = 0;
};

[[nodiscard]] int exit_code_of(const CompareRecord& record);

}  // namespace xdpbench::model
