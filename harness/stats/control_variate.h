// Takes out of figures what changed for reasons that something measured beside them shows too: the
// method of control variates (S. S. Lavenberg and P. D. Welch, "A Perspective on the Use of Control
// Variables to Increase the Efficiency of Monte Carlo Simulations", Management Science 27 (1981)).
// Pure.
#pragma once

#include <span>
#include <vector>

namespace xdpbench::stats {

// `figures` in the order in which they were measured, each with its control (0: it has none), which
// is a part of it: the baseline of a time per packet. Gives back each figure as it would be with
// the median control: figure - share * (control - median). The share is how much a figure changes
// with its control from one to the next, the median of these ratios weighted by the changes of the
// control, between 0 and median figure / median control. So a figure whose level changes for
// another reason keeps that change, and controls that only have noise of their own take nothing
// out. Figures without a control, and all of them if fewer than kFewestControls have one, stay as
// they are. Both in the same unit.
inline constexpr std::size_t kFewestControls = 6;
[[nodiscard]] std::vector<double> without_control(std::span<const double> figures,
                                                  std::span<const double> controls);

}  // namespace xdpbench::stats
