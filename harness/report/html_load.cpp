// Offered rates and searches: loss by rate, with the bounds that a search found. Latencies.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/chart.h"
#include "report/counts_text.h"
#include "report/html_sections.h"
#include "report/load_title.h"

namespace xdpbench::report {
namespace {

constexpr double kPercent = 100;
constexpr double kTickRoom = 30;  // for half of the last tick's text

std::string path_of(const model::BenchSetup& setup) { return setup.program + " " + setup.name(); }

bool same_path(const model::LoadRecord& one, const model::LoadRecord& other) {
    const model::BenchSetup& a = one.setup;
    const model::BenchSetup& b = other.setup;
    if (one.stamped != other.stamped) return false;
    return a.program == b.program && a.name() == b.name() && a.generator_cpus == b.generator_cpus;
}

// What was offered to one path, by rates and by searches.
struct OfferedLoads {
    std::vector<const model::LoadRecord*> loads;
    double highest_rate = 0;
    double highest_loss = 0;
    std::vector<Point> points;
    std::vector<Point> short_of;  // trials that did not reach their rate
    std::vector<TableRow> data{
        {"what", "asked, Mpps", "offered, Mpps", "processed, Mpps", "lost, %"}};

    void add(const model::LoadRecord& load) {
        loads.push_back(&load);
        for (const model::Trial& trial : load.trials) {
            const double rate = trial.offered() / model::kMega;
            const double loss = trial.loss_ratio() * kPercent;
            highest_rate = std::max(highest_rate, rate);
            highest_loss = std::max(highest_loss, loss);
            (trial.reached() ? points : short_of).push_back({rate, loss});
            data.push_back({load_title(load) + (trial.reached() ? "" : ", not reached"),
                            fmt::format("{:.4f}", trial.rate / model::kMega),
                            fmt::format("{:.4f}", rate),
                            fmt::format("{:.4f}", trial.per_second(trial.processed) / model::kMega),
                            fmt::format("{:.4f}", loss)});
        }
        for (const model::SearchedGoal& goal : load.goals) {
            highest_rate =
                std::max({highest_rate, goal.result.bounds.lower.value_or(0) / model::kMega,
                          goal.result.bounds.upper.value_or(0) / model::kMega});
        }
    }
};

// The bounds of each goal as lines, and in words.
void draw_goals(const model::LoadRecord& load, Plot& plot, Figure& figure) {
    std::string& note = figure.note;
    for (const model::SearchedGoal& goal : load.goals) {
        const std::string css_class = series_class(figure.legend.size());
        figure.legend.push_back(
            {fmt::format("bounds, {:.4g} % loss", goal.goal.loss_ratio * kPercent), css_class});
        const stats::SearchBounds& bounds = goal.result.bounds;
        if (bounds.lower) plot.vertical(*bounds.lower / model::kMega, css_class, "");
        if (bounds.upper) plot.vertical(*bounds.upper / model::kMega, css_class, "");
        note += fmt::format("{}{:.4g} % loss: kept up to {}, {}; bound by {}.",
                            note.empty() ? "" : " ", goal.goal.loss_ratio * kPercent,
                            bounds.lower ? rate_text(*bounds.lower) : "no rate",
                            bounds.upper ? "no longer from " + rate_text(*bounds.upper) + " on"
                                         : "no higher rate was offered",
                            model::name_of(goal.bound));
        const std::string limit = generator_limit(load.setup, goal.bound, bounds.lower.value_or(0));
        if (!limit.empty()) note += fmt::format(" {}.", limit);
    }
}

std::string offered_figure(const OfferedLoads& offered) {
    if (offered.points.empty() && offered.short_of.empty()) return {};
    Plot plot("loss by offered rate", Axis::from_zero("offered, Mpps", offered.highest_rate),
              Axis::from_zero("lost, % of the frames", offered.highest_loss));
    Figure figure;
    figure.title =
        path_of(offered.loads.front()->setup) +
        (offered.loads.front()->stamped ? ", loss of stamped frames" : ", loss by offered rate");
    figure.legend = {{"one trial", series_class(0)}};
    for (const model::LoadRecord* const load : offered.loads) draw_goals(*load, plot, figure);
    plot.rings(offered.short_of, "grey");
    for (const Point& point : offered.points) plot.mark(point, 0);
    if (!offered.short_of.empty()) figure.legend.push_back({"a trial below its rate", "ring"});
    figure.svg = plot.svg();
    figure.data = html_table(offered.data, 1);
    return html_figure(figure);
}

// How many nines a share of frames has: 0.9 is 1, 0.999 is 3.
double nines_of(double share) { return -std::log10(std::max(1 - share, 1e-12)); }

// Latency by the share of frames that took no longer, from the buckets.
std::vector<Point> curve_of(const stats::LatencyHistogram& histogram) {
    std::vector<Point> points;
    std::uint64_t below = 0;
    const double all = static_cast<double>(histogram.samples());
    for (std::size_t bucket = 0; bucket < stats::LatencyHistogram::kBuckets; ++bucket) {
        if (histogram.count(bucket) == 0) continue;
        const double before = static_cast<double>(below) / all;
        below += histogram.count(bucket);
        const std::uint64_t ns =
            std::min(stats::LatencyHistogram::highest_of(bucket), histogram.longest());
        points.push_back({nines_of(before), std::max(1.0, static_cast<double>(ns))});
    }
    if (!points.empty()) points.push_back({nines_of(1 - 1 / std::max(all, 2.0)), points.back().y});
    return points;
}

TableRow latency_row(const model::LatencySeries& series) {
    TableRow row{std::string(model::name_of(series.through)),
                 std::string(model::name_of(series.place))};
    for (const model::Percentile& percentile : model::kPercentiles)
        row.push_back(thousands(series.histogram.quantile(percentile.q).value_or(0)));
    row.push_back(thousands(series.histogram.longest()));
    row.push_back(thousands(series.histogram.samples()));
    return row;
}

std::string latency_figure(const model::LoadRecord& load) {
    std::vector<TableRow> data{
        {"through", "to", "p50, ns", "p90, ns", "p99, ns", "p99.9, ns", "longest, ns", "frames"}};
    std::vector<std::vector<Point>> curves;
    Figure figure;
    double low = 1e12;
    double high = 1;
    double nines = 1;
    for (const model::LatencySeries& series : load.latencies) {
        if (series.histogram.samples() == 0) continue;
        const std::size_t number = curves.size();
        curves.push_back(curve_of(series.histogram));
        low = std::min(low, curves.back().front().y);
        high = std::max(high, curves.back().back().y);
        nines = std::max(nines, curves.back().back().x);
        data.push_back(latency_row(series));
        figure.legend.push_back({fmt::format("{}, to the {}", model::name_of(series.through),
                                             model::name_of(series.place)),
                                 series_class(number)});
    }
    if (curves.empty()) return {};
    Axis shares;
    shares.title = "frames that took no longer, %";
    shares.high = std::ceil(nines);
    for (const auto& [text, share] :
         {std::pair{"0", 0.0}, std::pair{"90", 0.9}, std::pair{"99", 0.99},
          std::pair{"99.9", 0.999}, std::pair{"99.99", 0.9999}, std::pair{"99.999", 0.99999},
          std::pair{"99.9999", 0.999999}}) {
        // With room for rounding: 0.99999 has 5.000000000002 nines.
        if (nines_of(share) <= shares.high + 1e-6) shares.ticks.push_back({nines_of(share), text});
    }
    Plot plot("latency by share of frames", shares,
              Axis::powers("ns, logarithmic", low * 0.9, high * 1.1), kTickRoom);
    for (std::size_t i = 0; i < curves.size(); ++i) plot.line(curves[i], series_class(i));
    figure.title = fmt::format("{}, latency at {}", path_of(load.setup), rate_text(load.rate));
    if (load.share > 0)
        figure.title += fmt::format(" ({:.4g} % of what the search found)", load.share * kPercent);
    figure.note = fmt::format(
        "Each latency has one reading of the clock in it, {:.0f} ns; a bucket is at most {:.1f} % "
        "wide.",
        load.clock_ns, stats::LatencyHistogram::kResolution * kPercent);
    figure.svg = plot.svg();
    figure.data = html_table(data, 2);
    return html_figure(figure);
}

}  // namespace

std::string html_losses_by_rate(const model::RunRecord& run) {
    std::vector<OfferedLoads> paths;
    for (const model::LoadRecord& load : run.loads) {
        if (load.kind == model::LoadKind::latency) continue;
        const auto found = std::find_if(paths.begin(), paths.end(), [&](const OfferedLoads& path) {
            return same_path(*path.loads.front(), load);
        });
        if (found == paths.end())
            paths.emplace_back().add(load);
        else
            found->add(load);
    }
    std::string html;
    for (const OfferedLoads& path : paths) html += offered_figure(path);
    return html;
}

std::string html_latencies(const model::RunRecord& run) {
    std::string html;
    for (const model::LoadRecord& load : run.loads) html += latency_figure(load);
    return html;
}

}  // namespace xdpbench::report
