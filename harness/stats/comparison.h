// Is B slower than A? Judged block by block, with a known rate of false alarms. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "stats/interval.h"

namespace xdpbench::stats {

// Fixed before the first block is measured: looks that are chosen after the data has been seen have
// no known rate of false alarms.
struct ComparisonPlan {
    // Blocks at which the data is judged, rising. The first verdict other than undecided stands.
    std::vector<std::size_t> looks{10, 16, 24};
    double alpha = 0.01;      // the rate of false faster and slower, over all looks together
    double threshold = 0.01;  // relative effect below which nothing is called a difference
    double power = 0.9;       // of what is called the smallest effect that could have been seen
};

enum class Judgement {
    undecided,     // more blocks are needed
    faster,        // B takes less time than A
    slower,        // B takes more time than A
    same,          // the interval of the effect lies within the threshold, to both sides
    inconclusive,  // the last look decided nothing
    invalid,       // A differs from itself: what is measured is not the programs
};
[[nodiscard]] std::string_view name(Judgement judgement);

// Effects are relative: 0.03 is "B takes 3 % longer than A".
struct Comparison {
    Judgement judgement = Judgement::undecided;
    std::size_t blocks = 0;  // those that were judged: of the look that decided, or the last one
    double effect = 0;       // the blocks' median
    // For the median effect; covers it at all looks together with at least 1 - alpha. Nothing while
    // there are too few blocks for that.
    std::optional<Interval> interval;
    double p = 1;  // two-sided, exact signed-rank, times the number of looks (at most 1)
    double control_effect = 0;  // the same of A against itself
    double control_p = 1;
    // What B would have had to differ by for a verdict at the last look, with the plan's power and
    // the spread seen here. Nothing where the last look's test cannot reject.
    std::optional<double> smallest_visible;
};

// `ratios`: per block ln(B/A) of the time per packet (of a rate: ln(A/B)); `control`: per block
// ln(A'/A), A' being the same program as A, loaded and measured in the same way. Blocks must be
// independent of each other; the windows inside one are not, so a block is one sample. Judges as
// many blocks as both have, at each look that they reach, and stops at the first verdict:
//
//   invalid       the control's signed-rank test rejects at alpha / looks, or a value is not finite
//   slower/faster the signed-rank test rejects at alpha / looks, and |median| is at least the
//   baseline same          the median's interval (coverage 1 - alpha / looks) lies within the
//   threshold
//
// Under the null hypothesis (which of a block's windows are B's is randomised, so that ln(B/A)
// is symmetric around 0) each look's test is exact, and by Bonferroni's inequality faster or slower
// comes out with probability at most alpha, however often it was looked. A program that differs by
// the baseline or more is called same with probability at most alpha, for the same reason.
// For several cases give each alpha / cases while they run, then Holm's step-down over their p.
[[nodiscard]] Comparison compare_blocks(const ComparisonPlan& plan, std::span<const double> ratios,
                                        std::span<const double> control);

// The smallest |ln(B/A)| that the signed-rank test finds at level `alpha` (two-sided) in `blocks`
// blocks with probability `power`, and that is then at least `baseline`. An approximation: normally
// distributed blocks with the robust spread of these (1.4826 times the median absolute deviation),
// the t test's need, divided by the square root of the signed-rank test's efficiency of 3 / pi.
// Simulated, the power is within 0.03 of the one asked for, and 0.07 below where the test and the
// baseline ask for equally much. Nothing where 2^blocks signs cannot
// reach alpha, or there is no spread to go by (fewer than 3 ratios).
[[nodiscard]] std::optional<double> smallest_visible(std::span<const double> ratios,
                                                     std::size_t blocks, double alpha,
                                                     double threshold, double power);

}  // namespace xdpbench::stats
