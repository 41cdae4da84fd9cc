// What a program costs, with the precision that the rounds gave it.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "model/bench.h"

namespace xdpbench::report {

struct Cost {
    double median = 0;
    // Half the interval that covers the median in 95 % of cases; of fewer than 6 rounds half the
    // distance from the lowest to the highest. 0 with a single round, where it is not known.
    double precision = 0;
    bool interval = false;        // there is one: it also bounds a cost that cannot be told from 0
    std::optional<double> below;  // that bound, where it is known already
};

[[nodiscard]] Cost cost_of(std::span<const double> rounds);

// "45.1 ± 0.2 ns"; "45.1 ns" of a single round. "< 0.3 ns" if the cost cannot be told from zero:
// the distance from it that the interval allows, at least `resolution`; "-" without an interval.
// Never negative.
[[nodiscard]] std::string cost_text(const Cost& cost, double resolution, const char* unit);

// Median ns per packet: of all windows that count where the precision is known, else of the rounds.
struct BenchCosts {
    double ns_per_packet = 0;
    double baseline_ns = 0;
    double program_ns = 0;  // may be negative, by what cannot be told from zero
};
[[nodiscard]] BenchCosts costs_of(const model::BenchRecord& bench);

// Of the program in ns; in cycles, "-" where they are not measured. Both are figures or both are
// bounds, but for what is less than a cycle.
[[nodiscard]] std::string program_ns_text(const model::BenchRecord& bench);
[[nodiscard]] std::string program_cycles_text(const model::BenchRecord& bench);

}  // namespace xdpbench::report
