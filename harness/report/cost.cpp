#include "report/cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "stats/interval.h"
#include "stats/summary.h"

namespace xdpbench::report {

Cost cost_of(std::span<const double> rounds) {
    constexpr double kConfidence = 0.95;
    Cost cost{stats::median(rounds).value_or(0), 0};
    if (const auto interval = stats::median_interval(rounds, kConfidence))
        cost.precision = (interval->high - interval->low) / 2;
    else
        cost.precision = (stats::max(rounds).value_or(0) - stats::min(rounds).value_or(0)) / 2;
    return cost;
}

std::string cost_text(const Cost& cost, double resolution, const char* unit) {
    const bool seen = cost.median >= resolution && cost.median > cost.precision;
    if (!seen)
        return fmt::format("< {:.1f} {}", std::max(resolution, cost.median + cost.precision), unit);
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
    if (bench.precision) {
        const stats::Estimate& cost = bench.precision->program_ns;
        return cost_text({cost.figure, cost.error()}, model::kAloneResolution, "ns");
    }
    const std::vector<double> rounds = model::measure_rounds(
        bench, [](const model::BenchRound& round) { return round.program_ns(); });
    return cost_text(cost_of(rounds), model::kAloneResolution, "ns");
}

std::string program_cycles_text(const model::BenchRecord& bench) {
    if (!bench.has_cycles()) return "-";
    const Cost cycles = cost_of(model::measure_rounds(
        bench, [](const model::BenchRound& round) { return round.program_cycles(); }));
    constexpr double kLeast = 1;
    // At the run's clock both say the same.
    const auto below = bench.precision ? bench.precision->cost_below() : std::nullopt;
    if (below && bench.clock_cycle_ns > 0)
        return fmt::format("< {:.0f}", std::max(kLeast, *below / bench.clock_cycle_ns));
    const bool seen = cycles.median >= kLeast && cycles.median > cycles.precision;
    return seen ? fmt::format("{:.0f}", cycles.median)
                : fmt::format("< {:.0f}", std::max(kLeast, cycles.median + cycles.precision));
}

}  // namespace xdpbench::report
