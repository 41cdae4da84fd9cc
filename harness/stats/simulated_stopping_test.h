// A simulated measurement that stops when its figure is exact enough.
#pragma once

#include <span>

#include "stats/precision.h"
#include "stats/simulated_series_test.h"
#include "stats/summary.h"

namespace xdpbench::stats {

// Of many measurements.
struct Stopping {
    double covered = 0;  // share whose interval has the true figure in it
    double reached = 0;  // share that reached the precision
    double windows = 0;  // that one took, on average
};

// From 120 windows to 4000. The true figure is that of very many windows.
inline Stopping simulate_stopping(const Simulate& simulate, double q, int repetitions) {
    std::mt19937 random(3);
    constexpr std::size_t kVeryMany = 100'000;
    constexpr std::size_t kMost = 4000;
    const double truth = *quantile(simulate(random, kVeryMany), q);
    PrecisionPlan plan;
    plan.looks = plan_looks(120, kMost);
    Stopping all;
    for (int i = 0; i < repetitions; ++i) {
        const std::vector<double> windows = simulate(random, kMost);
        for (const std::size_t look : plan.looks) {
            const auto now = estimate_quantile(std::span(windows).first(look), q, plan);
            const bool enough = now && now->within(plan.precision);
            if (!enough && look < kMost) continue;
            const bool covers = now && now->interval.low <= truth && truth <= now->interval.high;
            all.covered += covers ? 1.0 / repetitions : 0;
            all.reached += enough ? 1.0 / repetitions : 0;
            all.windows += static_cast<double>(look) / repetitions;
            break;
        }
    }
    return all;
}

}  // namespace xdpbench::stats
