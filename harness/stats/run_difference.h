// Two sets of separate runs: by how much does the second differ from the first? Pure.
#pragma once

#include <optional>
#include <span>

#include "stats/interval.h"

namespace xdpbench::stats {

// Standard deviation (as a share) of the cost of one program from run to run: each run has its code
// and data in other places. Measured by ci/results-proof.
inline constexpr double kRunSpread = 0.01;
// What that is worth against the runs themselves, in degrees of freedom.
inline constexpr double kRunSpreadWeight = 8;
// Of the intervals here: of 100 comparisons of a program with itself at most one is called a
// change.
inline constexpr double kRunConfidence = 0.99;

// Logarithms of a figure.
struct RunDifference {
    double shift = 0;  // of the means, second - first
    Interval interval;
};

// Each value is ln(figure) of one run. The variance between runs is that of the runs within their
// side, together with kRunSpread as if that were known from kRunSpreadWeight more runs, and that of
// the runs alone if they are many and spread more. With one run a side it is kRunSpread. `within`:
// variance of one value that is known for other reasons, that of its windows. Nothing if a side is
// empty or a value is not finite.
[[nodiscard]] std::optional<RunDifference> run_difference(std::span<const double> first,
                                                          std::span<const double> second,
                                                          double within = 0);

// Half of the interval that separate runs alone need, one a side.
[[nodiscard]] double single_run_allowance();

}  // namespace xdpbench::stats
