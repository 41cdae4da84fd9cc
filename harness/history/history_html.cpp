#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "history/history_text.h"
#include "report/chart_series.h"
#include "report/headline.h"
#include "report/html_parts.h"

namespace xdpbench::history {
namespace {

report::ChartSeries chart_of(const History& history, const Series& series) {
    report::ChartSeries chart;
    chart.title = fmt::format("{}, {}", series.title, name_of(series.measure));
    chart.unit = std::string(name_of(series.measure));
    for (const Point& point : series.points) {
        const Run& run = history.runs[point.run];
        chart.points.push_back({result_name(run), point.corrected, short_name(run)});
    }
    chart.unchanged =
        series.points.size() < kFewestResults
            ? fmt::format("fewer than {} results, too few to show a change", kFewestResults)
            : "no change";
    for (const Change& change : series.changes)
        chart.changes.push_back({change.point.index, change.point.before, change.point.after,
                                 change_text(history, series, change)});
    return chart;
}

// Changes are news to look at: whether they are good ones is in their texts.
report::Headline headline_of(const History& history) {
    const auto changed = static_cast<std::size_t>(
        std::count_if(history.series.begin(), history.series.end(),
                      [](const Series& series) { return !series.changes.empty(); }));
    return {changed == 0 ? "no series changed"
                         : fmt::format("{} of {} series changed", changed, history.series.size()),
            changed == 0 ? model::Outcome::passed : model::Outcome::invalid};
}

std::string left_out_panel(const History& history) {
    std::vector<report::TableRow> rows{{"file", "reason"}};
    for (const LeftOut& one : history.left_out) rows.push_back({one.file, one.reason});
    return rows.size() == 1 ? "" : report::html_panel("Left out", report::html_table(rows, 2));
}

}  // namespace

std::string to_html(const History& history, const std::string& command_line) {
    std::string body = "<h1>history</h1>\n" +
                       report::html_headline(headline_of(history), results_text(history)) +
                       report::html_facts({{"command", command_line}});
    for (const auto& [title, all] : series_by_environment(history)) {
        std::vector<std::string> figures;
        for (const Series* const series : all)
            figures.push_back(report::series_figure(chart_of(history, *series)));
        body += report::html_panel(title, report::html_figures(figures));
    }
    return report::html_page("xdp-bench history", body + left_out_panel(history));
}

}  // namespace xdpbench::history
