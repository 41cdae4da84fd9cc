// The few distributions that the tests and intervals here stand on. Pure.
#pragma once

#include <cstddef>

namespace xdpbench::stats {

// P(Z <= z) of the standard normal distribution.
[[nodiscard]] double normal_cdf(double z);

// The z with P(Z <= z) = p; 0 < p < 1. To 1e-12 or better.
[[nodiscard]] double normal_quantile(double p);

// The same of Student's t distribution with `degrees` of freedom: Abramowitz and Stegun 26.7.5, to
// 1 % at 10 degrees and p = 0.001, better with more.
[[nodiscard]] double student_quantile(double p, double degrees);

// P(X <= successes) of `trials` fair coins, to 1e-11 of itself.
[[nodiscard]] double fair_coins_cdf(std::size_t trials, std::size_t successes);

}  // namespace xdpbench::stats
