// Every window of a bench over time: those that are excluded with the reason, and how often values
// occur.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "report/chart.h"
#include "report/html_sections.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

// More would make a page of megabytes. Of more windows every second, third ... is drawn.
constexpr std::size_t kMostDots = 2000;

double at_clock(const model::BenchRound& round, const std::vector<double>& windows, std::size_t i) {
    const bool clocked =
        round.clock_cycle_ns > 0 && i < round.cycle_ns.size() && round.cycle_ns[i] > 0;
    return clocked ? windows[i] / round.cycle_ns[i] * round.clock_cycle_ns : windows[i];
}

// The windows of all rounds, one after the other.
struct Windows {
    std::vector<Point> kept;
    std::vector<Point> excluded;
    std::vector<Point> baseline;
    std::vector<double> ends;  // of the rounds
    std::size_t count = 0;

    explicit Windows(const model::BenchRecord& bench) {
        for (const model::BenchRound& round : bench.rounds) {
            for (std::size_t i = 0; i < round.window_ns.size(); ++i) add(round, i);
            ends.push_back(static_cast<double>(count));
        }
    }
    void add(const model::BenchRound& round, std::size_t i) {
        const double number = static_cast<double>(count++);
        const Point point{number, at_clock(round, round.window_ns, i)};
        const bool out = round.excluded(i);
        if (!std::isfinite(point.y)) return;
        (out ? excluded : kept).push_back(point);
        if (out || i >= round.baseline_window_ns.size()) return;
        const Point base{number, at_clock(round, round.baseline_window_ns, i)};
        if (std::isfinite(base.y)) baseline.push_back(base);
    }
    [[nodiscard]] std::size_t every() const { return (count + kMostDots - 1) / kMostDots; }
};

std::vector<double> values_of(const std::vector<Point>& points) {
    std::vector<double> values;
    values.reserve(points.size());
    for (const Point& point : points) values.push_back(point.y);
    return values;
}

std::vector<Point> thinned(const std::vector<Point>& points, std::size_t every) {
    std::vector<Point> some;
    for (std::size_t i = 0; i < points.size(); i += std::max<std::size_t>(every, 1))
        some.push_back(points[i]);
    return some;
}

// A kernel density (Gaussian) with Silverman's bandwidth ("Density Estimation for Statistics and
// Data Analysis", 1986, 3.31), the highest place 1.
void draw_density(const std::vector<double>& values, const Axis& axis, const std::string& css_class,
                  Plot& plot) {
    constexpr int kPlaces = 60;
    if (values.size() < 3) return;
    const double quartiles =
        stats::quantile(values, 0.75).value_or(0) - stats::quantile(values, 0.25).value_or(0);
    const double spread = quartiles / 1.34;
    const double least = (axis.high - axis.low) / kPlaces;
    const double width =
        std::max(least, 0.9 * spread * std::pow(static_cast<double>(values.size()), -0.2));
    std::vector<double> places;
    std::vector<double> heights;
    for (int i = 0; i <= kPlaces; ++i) {
        places.push_back(axis.low + (axis.high - axis.low) * i / kPlaces);
        double sum = 0;
        for (const double value : values) {
            const double distance = (value - places.back()) / width;
            sum += std::exp(-distance * distance / 2);
        }
        heights.push_back(sum);
    }
    const double highest = *std::max_element(heights.begin(), heights.end());
    if (!(highest > 0)) return;
    for (double& height : heights) height /= highest;
    plot.density(places, heights, css_class);
}

// All but a few far away, which would press the others together: they are drawn at the edge.
Axis value_axis(const Windows& windows) {
    std::vector<double> all = values_of(windows.kept);
    for (const std::vector<Point>* const points : {&windows.excluded, &windows.baseline}) {
        const std::vector<double> more = values_of(*points);
        all.insert(all.end(), more.begin(), more.end());
    }
    const double low = stats::min(all).value_or(0);
    const double high = stats::quantile(all, 0.995).value_or(1);
    return Axis::around("ns/packet", low, high);
}

std::string values_text(const model::BenchRound& round, const std::vector<double>& windows) {
    std::string text;
    for (std::size_t i = 0; i < windows.size(); ++i) {
        const bool out = round.excluded(i);
        text += fmt::format("{}{}{:.1f}{}", i == 0 ? "" : " ", out ? "(" : "",
                            at_clock(round, windows, i), out ? ")" : "");
    }
    return text;
}

std::string windows_table(const model::BenchRecord& bench) {
    std::vector<std::vector<HtmlCell>> rows;
    std::size_t number = 0;
    for (const model::BenchRound& round : bench.rounds) {
        rows.push_back({{fmt::format("{}", ++number), ""},
                        {thousands(round.window_ns.size()), "n"},
                        {thousands(round.excluded_windows()), "n"},
                        {fmt::format("{:.1f}", round.ns_per_packet()), "n"},
                        {fmt::format("{:.1f}", round.baseline_ns()), "n"},
                        {values_text(round, round.window_ns), "values"}});
    }
    return html_table({"round", "windows", "excluded", "median, ns", "baseline, ns",
                       "each window, ns (excluded in brackets)"},
                      rows);
}

// Why windows do not count, each with how many.
std::string reasons_text(const model::BenchRecord& bench) {
    std::map<std::string, std::size_t> reasons;
    for (const model::BenchRound& round : bench.rounds) {
        for (std::size_t i = 0; i < round.window_ns.size(); ++i) {
            if (round.excluded(i)) ++reasons[std::string(stats::name(round.reason(i)))];
        }
    }
    std::string text;
    for (const auto& [reason, windows] : reasons)
        text +=
            fmt::format("{}{} ({})", text.empty() ? "" : ", ", reason, counted(windows, "window"));
    return text;
}

std::string note_of(const model::BenchRecord& bench, const Windows& windows) {
    std::string note = "Lines separate rounds; right: how often values occur.";
    if (!windows.excluded.empty()) note += " Excluded: " + reasons_text(bench) + ".";
    if (bench.precision && bench.precision->disturbed)
        note += " Too few are left: the figures are of all.";
    if (windows.every() > 1)
        note += fmt::format(" One in {} of {} windows is drawn; the data has all.", windows.every(),
                            thousands(windows.count));
    return note;
}

std::string windows_figure(const model::BenchRecord& bench) {
    const Windows windows(bench);
    if (windows.kept.empty() && windows.excluded.empty()) return {};
    constexpr double kDensityRoom = 70;
    const Axis values = value_axis(windows);
    Plot plot("ns/packet of each window", Axis::counts("window", windows.count), values,
              kDensityRoom);
    for (std::size_t i = 0; i + 1 < windows.ends.size(); ++i)
        plot.vertical(windows.ends[i] - 0.5, "grey", "");
    plot.rings(thinned(windows.excluded, windows.every()), "grey");
    plot.dots(thinned(windows.baseline, windows.every()), series_class(1));
    plot.dots(thinned(windows.kept, windows.every()), series_class(0));
    draw_density(values_of(windows.baseline), values, series_class(1), plot);
    draw_density(values_of(windows.kept), values, series_class(0), plot);
    Figure figure;
    figure.title =
        fmt::format("{} {}, ns/packet of each window", bench.setup.program, bench.setup.name());
    figure.legend = {{"whole path", series_class(0)}, {"baseline", series_class(1)}};
    if (!windows.excluded.empty()) figure.legend.push_back({"excluded", "ring"});
    figure.note = note_of(bench, windows);
    figure.svg = plot.svg();
    figure.data = windows_table(bench);
    return html_figure(figure);
}

}  // namespace

std::string html_windows(const model::RunRecord& run) {
    std::string html;
    for (const model::BenchRecord& bench : run.benches) html += windows_figure(bench);
    return html;
}

}  // namespace xdpbench::report
