#include "report/chart_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/chart.h"
#include "report/html_parts.h"

namespace xdpbench::report {
namespace {

constexpr std::size_t kFewPoints = 100;  // that have room for large marks

double number_of(std::size_t index) { return static_cast<double>(index); }

// The levels between changes, as far as changes name them.
void draw_levels(const ChartSeries& series, Plot& plot) {
    std::size_t from = 0;
    for (std::size_t i = 0; i < series.changes.size(); ++i) {
        const SeriesChange& change = series.changes[i];
        const double at = number_of(change.index) - 0.5;
        plot.steps(number_of(from) - 0.5, at, change.before, series_class(1));
        from = change.index;
        const bool last = i + 1 == series.changes.size();
        if (last)
            plot.steps(at, number_of(series.points.size()) - 0.5, change.after, series_class(1));
        plot.vertical(at, series_class(1), fmt::format("{}", i + 1));
    }
}

std::string points_table(const ChartSeries& series) {
    std::vector<TableRow> rows{{"result", series.unit, "change"}};
    for (std::size_t i = 0; i < series.points.size(); ++i) {
        const auto change = std::find_if(series.changes.begin(), series.changes.end(),
                                         [&](const SeriesChange& one) { return one.index == i; });
        rows.push_back({series.points[i].label, figure_text(series.points[i].value),
                        change == series.changes.end() ? "" : change->text});
    }
    return html_table(rows, 1);
}

}  // namespace

std::string series_figure(const ChartSeries& series) {
    if (series.points.empty()) return {};
    std::vector<std::string> names;
    std::vector<Point> points;
    double low = series.points.front().value;
    double high = low;
    for (const SeriesPoint& point : series.points) {
        names.push_back(point.tick.empty() ? point.label : point.tick);
        if (!std::isfinite(point.value)) continue;
        points.push_back({number_of(names.size() - 1), point.value});
        low = std::min(low, point.value);
        high = std::max(high, point.value);
    }
    Plot plot(series.title, Axis::names("result, oldest first", names),
              Axis::around(series.unit, low, high));
    draw_levels(series, plot);
    if (points.size() > kFewPoints)
        plot.dots(points, series_class(0));
    else
        for (const Point& point : points) plot.mark(point, 0);
    Figure figure;
    figure.title = series.title;
    figure.legend = {{"one result", series_class(0)}};
    if (!series.changes.empty())
        figure.legend.push_back({"level, and where it changed", series_class(1)});
    figure.svg = plot.svg();
    for (std::size_t i = 0; i < series.changes.size(); ++i)
        figure.note += fmt::format("{}{}: {}", i == 0 ? "" : "; ", i + 1, series.changes[i].text);
    if (figure.note.empty()) figure.note = series.unchanged;
    figure.data = points_table(series);
    return html_figure(figure);
}

}  // namespace xdpbench::report
