#include <algorithm>

#include "model/bench.h"

namespace xdpbench::model {
namespace {

// Interference only adds time and is excluded, so the middle of what is left is the figure.
constexpr double kFigureQuantile = 0.5;

// ns per packet of a window, at the run's clock if that is known.
double at_the_clock(const BenchRound& round, const std::vector<double>& window_ns,
                    std::size_t pair) {
    const bool known = round.clock_cycle_ns > 0 && pair < round.cycle_ns.size();
    return known ? window_ns[pair] / round.cycle_ns[pair] * round.clock_cycle_ns : window_ns[pair];
}

// ns per packet of each window.
struct Costs {
    std::vector<double> program;
    std::vector<double> baseline;
};

Costs costs_of(const std::vector<BenchRound>& rounds, bool all) {
    Costs costs;
    for (const BenchRound& round : rounds) {
        for (std::size_t pair = 0; pair < round.window_ns.size(); ++pair) {
            if (!all && round.excluded(pair)) continue;
            costs.program.push_back(at_the_clock(round, round.window_ns, pair));
            costs.baseline.push_back(at_the_clock(round, round.baseline_window_ns, pair));
        }
    }
    return costs;
}

}  // namespace

double BenchPrecision::reached() const {
    const double error = std::max(ns_per_packet.error(), baseline_ns.error());
    return ns_per_packet.figure > 0 ? error / ns_per_packet.figure : 0;
}

std::optional<double> BenchPrecision::cost_below() const {
    if (program_ns.interval.low > 0) return std::nullopt;
    return std::max({program_ns.interval.high, -program_ns.interval.low, kAloneResolution});
}

bool BenchPrecision::broken_baseline() const {
    // Code placement alone moves what a path costs: 2.4 % were seen in short benches.
    constexpr double kPlacement = 0.03;
    const double noise = std::max(kAloneResolution, kPlacement * baseline_ns.figure);
    return program_ns.interval.high < -noise;
}

std::optional<BenchPrecision> find_precision(const std::vector<BenchRound>& rounds,
                                             const stats::PrecisionPlan& plan) {
    for (const bool all : {false, true}) {
        const Costs costs = costs_of(rounds, all);
        const auto with = stats::estimate_quantile(costs.program, kFigureQuantile, plan);
        const auto without = stats::estimate_quantile(costs.baseline, kFigureQuantile, plan);
        if (!with || !without) continue;
        // What drifts hits both windows of a pair: their differences are more even than they are.
        std::vector<double> differences;
        for (std::size_t i = 0; i < costs.program.size(); ++i)
            differences.push_back(costs.program[i] - costs.baseline[i]);
        const auto cost = stats::estimate_quantile(differences, kFigureQuantile, plan);
        return BenchPrecision{plan.precision,
                              costs.program.size(),
                              all,
                              *with,
                              *without,
                              cost.value_or(stats::difference(*with, *without))};
    }
    return std::nullopt;
}

}  // namespace xdpbench::model
