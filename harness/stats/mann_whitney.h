// The Mann-Whitney U test for two independent samples: what two separate runs can be judged by.
// Pure.
#pragma once

#include <optional>
#include <span>

#include "stats/interval.h"

namespace xdpbench::stats {

struct MannWhitney {
    double u = 0;  // pairs in which the second sample's value is the greater one; equal ones a half
    double p_greater = 1;    // P(U at least this) if both samples come from one distribution
    double p_less = 1;       // P(U at most this)
    double p_two_sided = 1;  // twice the smaller one, at most 1
    bool exact = true;       // else the normal approximation, corrected for ties and continuity
};

// Nothing if a sample is empty or a value not finite. H. B. Mann and D. R. Whitney, Annals of
// Mathematical Statistics 18 (1947). Up to 100 values in all the distribution is that of all ways
// to divide just these mid-ranks among the samples: exact with and without ties.
[[nodiscard]] std::optional<MannWhitney> mann_whitney(std::span<const double> first,
                                                      std::span<const double> second);

// By how much the second sample lies above the first: an interval for the shift, made of two of all
// pairwise differences (P. K. Sen 1963; Hollander and Wolfe, "Nonparametric Statistical Methods",
// 4.3), and the median of those differences (Hodges and Lehmann). The narrowest with at least
// `confidence` (0 to 1); nothing where even the widest has less, or the test above gives nothing.
struct ShiftInterval {
    double shift = 0;
    Interval interval;
};
[[nodiscard]] std::optional<ShiftInterval> shift_interval(std::span<const double> first,
                                                          std::span<const double> second,
                                                          double confidence);

}  // namespace xdpbench::stats
