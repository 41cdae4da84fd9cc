#include "report/cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "stats/interval.h"
#include "stats/summary.h"

namespace xdpbench::report {

namespace {

// Less than this is what can be said of the cost, if it cannot be told from zero.
std::optional<double> limit_of(const Cost& cost, double resolution) {
    if (cost.below) return std::max(resolution, *cost.below);
    if (cost.median >= resolution && cost.median > cost.precision) return std::nullopt;
    return std::max(resolution, std::abs(cost.median) + cost.precision);
}

std::vector<double> program_rounds(const model::BenchRecord& bench) {
    return model::measure_rounds(bench,
                                 [](const model::BenchRound& round) { return round.program_ns(); });
}

// Of all windows that count where the precision is known, else of the rounds.
Cost program_cost(const model::BenchRecord& bench) {
    if (!bench.precision) return cost_of(program_rounds(bench));
    const stats::Estimate& cost = bench.precision->program_ns;
    return {cost.figure, cost.error(), true, bench.precision->cost_below()};
}

// At the run's clock both say the same.
Cost program_cycles(const model::BenchRecord& bench) {
    if (!bench.precision || bench.clock_cycle_ns <= 0)
        return cost_of(model::measure_rounds(
            bench, [](const model::BenchRound& round) { return round.program_cycles(); }));
    Cost cost = program_cost(bench);
    cost.median /= bench.clock_cycle_ns;
    cost.precision /= bench.clock_cycle_ns;
    if (cost.below) *cost.below /= bench.clock_cycle_ns;
    return cost;
}

}  // namespace

Cost cost_of(std::span<const double> rounds) {
    constexpr double kConfidence = 0.95;
    Cost cost{stats::median(rounds).value_or(0), 0, false, std::nullopt};
    const auto interval = stats::median_interval(rounds, kConfidence);
    cost.interval = interval.has_value();
    const double low = interval ? interval->low : stats::min(rounds).value_or(0);
    const double high = interval ? interval->high : stats::max(rounds).value_or(0);
    cost.precision = (high - low) / 2;
    return cost;
}

std::string cost_text(const Cost& cost, double resolution, const char* unit) {
    if (const std::optional<double> limit = limit_of(cost, resolution))
        return cost.interval ? fmt::format("< {:.1f} {}", *limit, unit) : "-";
    if (cost.precision == 0) return fmt::format("{:.1f} {}", cost.median, unit);
    // "± 0.0" would promise more than the resolution.
    return fmt::format("{:.1f} ± {:.1f} {}", cost.median, std::max(resolution, cost.precision),
                       unit);
}

BenchCosts costs_of(const model::BenchRecord& bench) {
    if (bench.precision) {
        return {bench.precision->ns_per_packet.figure, bench.precision->baseline_ns.figure,
                bench.precision->program_ns.figure};
    }
    const auto median = [&](double (*measure)(const model::BenchRound&)) {
        return stats::median(model::measure_rounds(bench, measure)).value_or(0);
    };
    return {median([](const model::BenchRound& r) { return r.ns_per_packet(); }),
            median([](const model::BenchRound& r) { return r.baseline_ns(); }),
            median([](const model::BenchRound& r) { return r.program_ns(); })};
}

std::string program_ns_text(const model::BenchRecord& bench) {
    return cost_text(program_cost(bench), model::kAloneResolution, "ns");
}

std::string program_cycles_text(const model::BenchRecord& bench) {
    constexpr double kLeast = 1;
    if (!bench.has_cycles()) return "-";
    const Cost cycles = program_cycles(bench);
    const std::optional<double> limit = limit_of(cycles, kLeast);
    if (!limit) return fmt::format("{:.0f}", cycles.median);
    return cycles.interval ? fmt::format("< {:.0f}", *limit) : "-";
}

}  // namespace xdpbench::report
