// What changed from one result to another.
#include <fmt/format.h>

#include <utility>

#include "report/chart.h"
#include "report/compare_results.h"
#include "report/html_sections.h"

namespace xdpbench::report {
namespace {

constexpr double kPercent = 100;

std::string class_of(const ResultRow& row) {
    switch (row.verdict) {
        case Change::slower:
        case Change::regression:
            return series_class(1);
        case Change::faster:
            return series_class(2);
        case Change::none_shown:
            return series_class(0);
        default:
            return "grey";
    }
}

std::vector<HtmlCell> cells_of(const ResultRow& row) {
    return {{html_text(row.bench), ""},
            {html_text(std::string(name(row.verdict))),
             std::string("o-") + model::outcome_name(outcome_of(row))},
            {html_text(figure_text(row.before, row.unit)), "n"},
            {html_text(figure_text(row.after, row.unit)), "n"},
            {row.change ? fmt::format("{:+.2f}", *row.change * kPercent) : "-", "n"},
            {row.interval ? fmt::format("{:+.2f} to {:+.2f}", row.interval->low * kPercent,
                                        row.interval->high * kPercent)
                          : "-",
             "n"},
            {html_text(row.reason), ""}};
}

EffectRow effect_of(const ResultRow& row) {
    EffectRow effect{fmt::format("{}: {}", row.bench, name(row.verdict)), *row.change * kPercent,
                     std::nullopt, fmt::format("{:+.2f} %", *row.change * kPercent), class_of(row)};
    if (row.interval)
        effect.interval = std::pair{row.interval->low * kPercent, row.interval->high * kPercent};
    return effect;
}

}  // namespace

std::string html_changes(const ResultTable& table) {
    std::vector<EffectRow> effects;
    std::vector<std::vector<HtmlCell>> rows;
    for (const ResultRow& row : table.rows) {
        rows.push_back(cells_of(row));
        if (row.change) effects.push_back(effect_of(row));
    }
    std::string differences;
    for (const std::string& one : table.differences)
        differences += "<p>The environments differ: " + html_text(one) + "</p>\n";
    std::string shown =
        differences +
        html_table({"figure", "verdict", "old", "new", "change, %", "interval, %", "why"}, rows);
    if (effects.empty()) return shown;
    return shown +
           html_figures({html_figure(
               {"Change from the old result to the new one, %",
                "Line: the interval of the change. Of a time, more is slower; of a rate, less is.",
                {},
                effect_chart("change by figure, %", "change, %", effects, 0),
                ""})});
}

}  // namespace xdpbench::report
