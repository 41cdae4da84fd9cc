#include "report/bench_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "report/cost.h"
#include "report/counts_text.h"
#include "report/table.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

constexpr const char* kNothing = "-";

std::vector<const model::BenchSetup*> setups_of(const std::vector<model::BenchRecord>& benches) {
    std::vector<const model::BenchSetup*> setups;
    setups.reserve(benches.size());
    for (const model::BenchRecord& bench : benches) setups.push_back(&bench.setup);
    return setups;
}

std::string median_text(const model::BenchRecord& bench,
                        double (*measure)(const model::BenchRound&), int digits) {
    return fmt::format("{:.{}f}", stats::median(model::measure_rounds(bench, measure)).value_or(0),
                       digits);
}

// How exactly ns/packet and the baseline are known.
std::string precision_cell(const model::BenchRecord& bench) {
    return bench.precision ? fmt::format("± {:.2f} %", bench.precision->reached() * 100) : kNothing;
}

// Million packets a second that the program handled.
std::string rate_cell(const model::BenchRecord& bench) {
    if (bench.alone()) return kNothing;
    return median_text(
        bench, [](const model::BenchRound& r) { return r.rate(r.processed) / model::kMega; }, 3);
}

double processed_rate(const model::BenchRecord& bench) {
    const auto rate = [](const model::BenchRound& r) { return r.rate(r.processed); };
    return stats::median(model::measure_rounds(bench, rate)).value_or(0);
}

std::string bottleneck(const model::BenchRecord& bench) {
    if (bench.outcome != model::Outcome::passed) return model::outcome_name(bench.outcome);
    if (bench.alone() || bench.bound == model::Bound::none) return kNothing;
    return std::string(model::name_of(bench.bound));
}

TableRow row_of(const model::BenchRecord& bench) {
    if (bench.rounds.empty())
        return {kNothing, kNothing, kNothing,
                kNothing, kNothing, model::outcome_name(bench.outcome)};
    const BenchCosts costs = costs_of(bench);
    return {rate_cell(bench),
            fmt::format("{:.1f}", costs.ns_per_packet),
            fmt::format("{:.1f}", costs.baseline_ns),
            program_ns_text(bench),
            program_cycles_text(bench),
            bottleneck(bench)};
}

bool several_programs(const std::vector<model::BenchRecord>& benches) {
    return std::any_of(benches.begin(), benches.end(), [&benches](const auto& bench) {
        return bench.setup.program != benches.front().setup.program;
    });
}

std::vector<std::string> parts_of(const model::BenchSetup& setup) {
    std::vector<std::string> parts = split(setup.variant, '/');
    parts.erase(parts.begin());  // the variant begins with a slash, or is empty
    return parts;
}

// A line for each bench of the program whose generator has a maximum, each line once.
std::string generator_rows(const std::vector<model::BenchRecord>& benches,
                           const std::string& program) {
    std::string rows;
    for (const model::BenchRecord& bench : benches) {
        if (bench.setup.program != program) continue;
        const std::string row = generator_row(bench.setup);
        if (rows.find(row) == std::string::npos) rows += row;
    }
    return rows;
}

}  // namespace

std::vector<std::string> path_names(const std::vector<const model::BenchSetup*>& setups) {
    const auto everywhere = [&setups](const std::string& part) {
        return std::all_of(setups.begin(), setups.end(), [&part](const auto* setup) {
            const std::vector<std::string> parts = parts_of(*setup);
            return std::find(parts.begin(), parts.end(), part) != parts.end();
        });
    };
    std::vector<std::string> names;
    for (const model::BenchSetup* const setup : setups) {
        std::string name = setup->mode ? std::string(model::mode_name(*setup->mode)) : "test run";
        for (const std::string& part : parts_of(*setup)) {
            if (!everywhere(part)) name += "/" + part;
        }
        names.push_back(std::move(name));
    }
    return names;
}

std::vector<TableRow> bench_rows(const std::vector<model::BenchRecord>& benches) {
    const bool several = several_programs(benches);
    const std::vector<std::string> names = path_names(setups_of(benches));
    std::vector<TableRow> rows{
        {"path", "Mpps", "ns/packet", "baseline", "program", "cycles", "bottleneck"}};
    constexpr std::ptrdiff_t kPrecisionColumn = 3;
    const bool precise = std::any_of(benches.begin(), benches.end(),
                                     [](const auto& bench) { return bench.precision.has_value(); });
    if (precise) rows.front().insert(rows.front().begin() + kPrecisionColumn, "precision");
    for (std::size_t i = 0; i < benches.size(); ++i) {
        TableRow row = row_of(benches[i]);
        row.insert(row.begin(), names[i]);
        if (precise) row.insert(row.begin() + kPrecisionColumn, precision_cell(benches[i]));
        if (several) row.insert(row.begin(), benches[i].setup.program);
        rows.push_back(std::move(row));
    }
    if (several) rows.front().insert(rows.front().begin(), "program");
    if (several) *(rows.front().end() - 3) = "program cost";
    return rows;
}

std::string bench_table(const std::vector<model::BenchRecord>& benches) {
    if (benches.empty()) return {};
    const bool several = several_programs(benches);
    const std::vector<std::string> names = path_names(setups_of(benches));
    std::string losses;
    for (std::size_t i = 0; i < benches.size(); ++i) {
        if (benches[i].xsk)
            losses +=
                fmt::format("  AF_XDP, {}{}: {}\n", several ? benches[i].setup.program + " " : "",
                            names[i], sockets_text(*benches[i].xsk, benches[i].losses));
        if (!benches[i].losses.empty())
            losses +=
                fmt::format("  lost, {}{}: {}\n", several ? benches[i].setup.program + " " : "",
                            names[i], losses_text(benches[i].losses));
    }
    for (const model::BenchRecord& bench : benches) {
        if (bench.outcome == model::Outcome::passed)
            losses += generator_hint(bench.setup, bench.bound, processed_rate(bench));
    }
    for (const std::string& line : disturbances(benches)) losses += "  " + line + "\n";
    return table_text(bench_rows(benches), several ? 2 : 1) + losses;
}

std::vector<std::string> disturbances(const std::vector<model::BenchRecord>& benches) {
    constexpr std::size_t kFew = 10;  // one in so many: not what makes a figure inexact
    const bool several = several_programs(benches);
    const std::vector<std::string> names = path_names(setups_of(benches));
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < benches.size(); ++i) {
        const model::BenchRecord& bench = benches[i];
        if (!bench.precision || bench.precision->enough()) continue;
        if (bench.windows.excluded() * kFew < bench.windows.windows()) continue;
        lines.push_back(fmt::format("inexact, {}{}: {}", several ? bench.setup.program + " " : "",
                                    names[i], bench.windows.text()));
    }
    return lines;
}

std::vector<std::string> generator_limits(const std::vector<model::BenchRecord>& benches) {
    std::vector<std::string> limits;
    for (const model::BenchRecord& bench : benches) {
        if (bench.outcome != model::Outcome::passed) continue;
        std::string limit = generator_limit(bench.setup, bench.bound, processed_rate(bench));
        if (!limit.empty()) limits.push_back(std::move(limit));
    }
    return limits;
}

std::vector<std::string> generator_limits(const model::ScalingRecord& scaling) {
    std::vector<std::string> limits;
    for (const model::ScalingStep& step : scaling.steps) {
        if (step.bound != model::Bound::generator) continue;
        const std::string share = model::generator_share_text(
            stats::median(step.together).value_or(0), step.generator_maximum, step.cpus.size());
        limits.push_back(fmt::format(
            "{}, {} sending: limited by the generator{}{}", counted(step.queues, "queue"),
            counted(step.cpus.size(), "CPU"), share.empty() ? "" : ": ", share));
    }
    return limits;
}

std::string bench_heading(const std::vector<model::BenchRecord>& benches,
                          const std::string& program) {
    const model::BenchRecord* shown = nullptr;
    const model::BenchRecord* whole = nullptr;  // not of one verdict's frames
    std::uint64_t shortest = 0;
    std::uint64_t longest = 0;
    for (const model::BenchRecord& bench : benches) {
        if (bench.setup.program != program || bench.rounds.empty()) continue;
        shortest =
            shown == nullptr ? bench.setup.shortest : std::min(shortest, bench.setup.shortest);
        longest = std::max(longest, bench.setup.longest);
        if (whole == nullptr || bench.setup.frames > whole->setup.frames) whole = &bench;
        // The first end-to-end bench: it has a generator.
        if (shown == nullptr || (shown->alone() && !bench.alone())) shown = &bench;
    }
    if (shown == nullptr) return {};
    model::BenchSetup setup = shown->setup;
    setup.action = whole->setup.action;
    setup.mixed = whole->setup.mixed;
    setup.frames = whole->setup.frames;
    setup.flows = whole->setup.flows;
    setup.shortest = shortest;
    setup.longest = longest;
    return fmt::format("  {:<8} {}\n           {}; {} of {:.2f} s, interleaved with the baseline\n",
                       "bench", traffic_text(setup), placement_text(setup),
                       counted(shown->rounds.size(), "round"),
                       shown->seconds / static_cast<double>(shown->rounds.size())) +
           generator_rows(benches, program);
}

}  // namespace xdpbench::report
