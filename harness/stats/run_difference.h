// Two sets of separate runs: by how much does the second differ from the first? Pure.
#pragma once

#include <optional>
#include <span>
#include <vector>

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
// variance of one value that is known for other reasons, that of its windows. `spread`: in the
// place of kRunSpread. Nothing if a side is empty or a value is not finite.
[[nodiscard]] std::optional<RunDifference> run_difference(std::span<const double> first,
                                                          std::span<const double> second,
                                                          double within = 0,
                                                          double spread = kRunSpread);

// Of each run of a side the logarithm of a figure, and of a control that was measured beside it and
// that does not change from side to side but with the machine: the baseline.
struct ControlledRuns {
    std::vector<double> figures;
    std::vector<double> controls;
};

// Variances of one value that its windows say: of the figure, of the control, of their ratio.
struct ControlledVariance {
    double figure = 0;
    double control = 0;
    double ratio = 0;
};

struct ControlledDifference {
    RunDifference difference;
    // By how much the controls differ, where the difference is that of the ratios to them.
    std::optional<double> control = {};
};

// The difference of the figures, or that of their ratios to the controls: where the controls differ
// by more than separate runs explain, so that the machine did, or where it is known more exactly.
// What slows a machine down lies between what takes the same share of figure and control, which
// leaves their ratio, and what takes the same time of both: the interval of the ratios holds
// either.
[[nodiscard]] std::optional<ControlledDifference> controlled_difference(
    const ControlledRuns& first, const ControlledRuns& second, const ControlledVariance& within);

// Half of the interval that separate runs alone need, one a side.
[[nodiscard]] double single_run_allowance();

}  // namespace xdpbench::stats
