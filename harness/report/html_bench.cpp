// Rates and costs of benches.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "report/bench_table.h"
#include "report/chart.h"
#include "report/cost.h"
#include "report/html_sections.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

// A figure of each round, and its middle.
struct Spread {
    double median = 0;
    double low = 0;
    double high = 0;
};

template <class Measure>
Spread spread_of(const model::BenchRecord& bench, Measure measure) {
    const std::vector<double> samples = model::measure_rounds(bench, measure);
    return {stats::median(samples).value_or(0), stats::min(samples).value_or(0),
            stats::max(samples).value_or(0)};
}

Spread mpps_of(const model::BenchRecord& bench) {
    return spread_of(bench,
                     [](const model::BenchRound& r) { return r.rate(r.processed) / model::kMega; });
}

// Benches that were measured, each with the name of its path.
struct NamedBench {
    const model::BenchRecord* bench = nullptr;
    std::string name;
};

std::vector<NamedBench> measured(const model::RunRecord& run) {
    std::vector<const model::BenchSetup*> setups;
    std::set<std::string> programs;
    for (const model::BenchRecord& bench : run.benches) {
        setups.push_back(&bench.setup);
        programs.insert(bench.setup.program);
    }
    const std::vector<std::string> names = path_names(setups);
    std::vector<NamedBench> benches;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const model::BenchRecord& bench = run.benches[i];
        if (bench.rounds.empty()) continue;
        benches.push_back(
            {&bench, programs.size() > 1 ? bench.setup.program + " " + names[i] : names[i]});
    }
    return benches;
}

std::string path_of(const model::BenchSetup& setup) {
    return setup.program + " " + std::string(model::attach_name(setup.mode));
}

// What a wire carries at most, in Mpps: each frame comes with preamble and gap, 20 bytes. Of a size
// that is no number ("imix") nothing.
std::optional<double> line_rate(const std::string& size, double gigabits) {
    constexpr double kGapBytes = 20;
    constexpr double kBits = 8;
    int bytes = 0;
    const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), bytes);
    if (error != std::errc() || end != size.data() + size.size() || bytes <= 0) return std::nullopt;
    return gigabits * 1e9 / ((bytes + kGapBytes) * kBits) / model::kMega;
}

template <class Value>
std::size_t place_in(std::vector<Value>& values, const Value& value) {
    const auto found = std::find(values.begin(), values.end(), value);
    if (found != values.end()) return static_cast<std::size_t>(found - values.begin());
    values.push_back(value);
    return values.size() - 1;
}

// Rates by frame size: a series for each path.
struct SizeChart {
    std::vector<std::string> sizes;
    std::vector<std::string> paths;
    std::vector<TableRow> data{{"path", "frame size, bytes", "Mpps, median", "lowest", "highest"}};
    struct Bar {
        std::size_t size;
        std::size_t path;
        Spread mpps;
    };
    std::vector<Bar> bars;
    double highest = 0;
    std::size_t others = 0;  // rates that have no place here

    explicit SizeChart(const model::RunRecord& run) {
        for (const model::BenchRecord& bench : run.benches) {
            const bool fits = !bench.alone() && !bench.setup.size.empty() && !bench.rounds.empty();
            if (fits) add(bench);
            if (!fits && !bench.alone() && !bench.rounds.empty()) ++others;
        }
    }
    [[nodiscard]] bool has_all() const { return sizes.size() > 1 && others == 0; }
    void add(const model::BenchRecord& bench) {
        const Spread mpps = mpps_of(bench);
        bars.push_back(
            {place_in(sizes, bench.setup.size), place_in(paths, path_of(bench.setup)), mpps});
        highest = std::max(highest, mpps.high);
        data.push_back({path_of(bench.setup), bench.setup.size, fmt::format("{:.3f}", mpps.median),
                        fmt::format("{:.3f}", mpps.low), fmt::format("{:.3f}", mpps.high)});
    }
    // Those that are within the chart, which are named: "1, 10".
    [[nodiscard]] std::string draw_line_rates(Plot& plot) const {
        std::string drawn;
        for (const double gigabits : {1.0, 10.0, 25.0, 40.0, 100.0}) {
            std::vector<Point> points;
            for (std::size_t i = 0; i < sizes.size(); ++i) {
                if (const auto mpps = line_rate(sizes[i], gigabits))
                    points.push_back({static_cast<double>(i), *mpps});
            }
            if (points.size() < 2 || points.back().y > highest) continue;
            plot.line(points, "grey", true);
            // Right of the last size, where no series has a mark.
            const Point beside{points.back().x + 0.3, points.back().y};
            plot.note(beside, fmt::format("{:.0f}G", gigabits), -4);
            drawn += fmt::format("{}{:.0f}", drawn.empty() ? "" : ", ", gigabits);
        }
        return drawn;
    }
    [[nodiscard]] std::string figure(const std::vector<std::string>& limits) const {
        if (sizes.size() < 2) return {};
        Plot plot("Mpps by frame size", Axis::names("frame size with FCS, bytes", sizes),
                  Axis::from_zero("Mpps processed", highest * 1.05));
        const std::string line_rates = draw_line_rates(plot);
        Figure figure{"Rate by frame size, Mpps", "", {}, "", html_table(data, 2)};
        for (std::size_t path = 0; path < paths.size(); ++path) {
            std::vector<Point> points;
            for (const Bar& bar : bars) {
                if (bar.path != path) continue;
                const double x = static_cast<double>(bar.size);
                plot.range(x, bar.mpps.low, bar.mpps.high, series_class(path));
                points.push_back({x, bar.mpps.median});
            }
            plot.line(points, series_class(path));
            for (const Point& point : points) plot.mark(point, path);
            figure.legend.push_back({paths[path], series_class(path)});
        }
        if (!line_rates.empty())
            figure.legend.push_back({fmt::format("line rate of {} Gbit/s", line_rates), "dash"});
        figure.note = "Median over the rounds; the bar reaches from the lowest to the highest.";
        if (has_all())
            for (const std::string& limit : limits) figure.note += fmt::format(" {}.", limit);
        figure.svg = plot.svg();
        return html_figure(figure);
    }
};

// The most that the generator sent over a real port, in Mpps.
std::string maximum_text(const model::BenchSetup& setup) {
    if (setup.generator_maximum <= 0) return "-";
    return fmt::format("{:.3f}", setup.generator_maximum / model::kMega);
}

std::string rates_figure(const std::vector<NamedBench>& benches,
                         const std::vector<std::string>& limits) {
    std::vector<BarRow> bars;
    std::vector<TableRow> data{
        {"path", "bottleneck", "Mpps, median", "lowest", "highest", "generator at most"}};
    for (const auto& [bench, name] : benches) {
        if (bench->alone()) continue;
        const Spread mpps = mpps_of(*bench);
        bars.push_back({name,
                        {{mpps.median, series_class(0)}},
                        fmt::format("{:.3f} Mpps", mpps.median),
                        std::pair{mpps.low, mpps.high}});
        const std::string bound = bench->outcome == model::Outcome::passed
                                      ? std::string(model::name_of(bench->bound))
                                      : model::outcome_name(bench->outcome);
        data.push_back({name, bound, fmt::format("{:.3f}", mpps.median),
                        fmt::format("{:.3f}", mpps.low), fmt::format("{:.3f}", mpps.high),
                        maximum_text(bench->setup)});
    }
    if (bars.empty()) return {};
    std::string note = "Median over the rounds; the line reaches from the lowest to the highest.";
    for (const std::string& limit : limits) note += fmt::format(" {}.", limit);
    return html_figure({"Processed rate, Mpps",
                        note,
                        {},
                        bar_chart("processed rate by path, Mpps", "Mpps", bars),
                        html_table(data, 2)});
}

std::string costs_figure(const std::vector<NamedBench>& benches) {
    std::vector<BarRow> bars;
    std::vector<TableRow> data{{"path", "ns/packet", "baseline, ns", "program", "program cycles"}};
    for (const auto& [bench, name] : benches) {
        const BenchCosts costs = costs_of(*bench);
        bars.push_back({name,
                        {{std::max(0.0, costs.baseline_ns), "grey"},
                         {std::max(0.0, costs.program_ns), series_class(0)}},
                        fmt::format("{:.1f} ns", costs.ns_per_packet)});
        data.push_back({name, fmt::format("{:.1f}", costs.ns_per_packet),
                        fmt::format("{:.1f}", costs.baseline_ns), program_ns_text(*bench),
                        program_cycles_text(*bench)});
    }
    return html_figure({"Time per packet, ns",
                        "Medians. Baseline: the same path with an empty program. Each figure is "
                        "a median of its own, so that baseline and program need not add up to the "
                        "time per packet.",
                        {{"baseline", "grey"}, {"program", series_class(0)}},
                        bar_chart("time per packet by path, ns", "ns/packet", bars),
                        html_table(data, 1)});
}

}  // namespace

std::string html_rates(const model::RunRecord& run) {
    const SizeChart sizes(run);
    const std::vector<std::string> limits = generator_limits(run.benches);
    return sizes.has_all() ? sizes.figure(limits)
                           : sizes.figure(limits) + rates_figure(measured(run), limits);
}

std::string html_costs(const model::RunRecord& run) {
    const std::vector<NamedBench> benches = measured(run);
    return benches.empty() ? std::string() : costs_figure(benches);
}

}  // namespace xdpbench::report
