// Several tests at once, without more false alarms than one has. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace xdpbench::stats {

// Holm's step-down (S. Holm, Scandinavian Journal of Statistics 6 (1979)): the p-values adjusted so
// that rejecting all that are at most alpha is wrong anywhere with probability at most alpha,
// however the tests depend on each other. In the order given.
[[nodiscard]] std::vector<double> holm(std::span<const double> p_values);

// What each of `looks` looks at the same growing data may spend of `alpha`. An equal share: by
// Bonferroni's inequality the looks together stay within alpha, exactly as far as each look's test
// is exact; no approximation of their dependence is needed.
[[nodiscard]] double alpha_per_look(double alpha, std::size_t looks);

}  // namespace xdpbench::stats
