// Wilcoxon's signed-rank test for paired differences, exact. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace xdpbench::stats {

struct SignedRank {
    std::size_t non_zero = 0;  // differences that have a sign
    double w_plus = 0;         // sum of the ranks of the positive differences
    double w_minus = 0;        // of the negative ones
    double p_greater = 1;      // P(W+ at least this) if differences are symmetric around 0
    double p_less = 1;         // P(W+ at most this)
    double p_two_sided = 1;    // twice the smaller one, at most 1
};

// Nothing if a difference is not finite or there are none. F. Wilcoxon, "Individual Comparisons by
// Ranking Methods", Biometrics Bulletin 1 (1945). Equal sizes share the mean of their ranks; zeros
// take the lowest ranks and are then left out (J. W. Pratt, JASA 54 (1959)), so that a difference
// that grows never makes the result less significant. The distribution is that of all 2^n signs
// over just these ranks, by dynamic programming: exact with and without ties, to rounding.
// Takes n^3 additions: 100 differences a millisecond, 400 a tenth of a second.
[[nodiscard]] std::optional<SignedRank> signed_rank(std::span<const double> differences);

}  // namespace xdpbench::stats
