#include "report/markdown_sections.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "report/bench_table.h"
#include "report/comparison.h"
#include "report/load_table.h"
#include "report/markdown_parts.h"
#include "report/matrix.h"
#include "report/qualification_text.h"
#include "report/scaling_table.h"
#include "report/table.h"

namespace xdpbench::report {
namespace {

constexpr double kPercent = 100;

std::string bulleted(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += fmt::format("- {}\n", markdown_text(line));
    return text.empty() ? text : text + "\n";
}

// A matrix has its heading in its first cell.
std::string headed(const NamedTable& table) {
    if (!table.rows.empty() && table.rows.front().front() == table.heading)
        return markdown_table(table.rows, table.left) + "\n";
    return fmt::format("{}:\n\n{}\n", markdown_text(table.heading),
                       markdown_table(table.rows, table.left));
}

std::string bench_section(const model::RunRecord& run) {
    if (run.benches.empty()) return {};
    const std::vector<TableRow> rows = bench_rows(run.benches);
    return markdown_table(rows, rows.front().front() == "program" ? 2 : 1) + "\n" +
           bulleted(disturbances(run.benches)) + bulleted(generator_limits(run.benches));
}

std::string interval_cell(const std::optional<stats::Interval>& interval) {
    if (!interval) return "-";
    return fmt::format("{:+.2f} to {:+.2f} %", interval->low * kPercent, interval->high * kPercent);
}

// A sentence for each case that became slower.
std::string slower_ones(const model::CompareRecord& record) {
    std::string text;
    for (const model::ComparedCase& one : record.cases) {
        if (one.outcome != model::Outcome::passed ||
            one.comparison.judgement != stats::Judgement::slower)
            continue;
        text += fmt::format(
            "- **{} became slower**: {} ({}) of the {}, {:.1f} ns/packet instead of {:.1f}\n",
            markdown_text(one.setup.program + " " + one.setup.name()), effect_text(one),
            interval_text(one), measured_time(one), one.contender_ns, one.base_ns);
    }
    return text.empty() ? text : text + "\n";
}

// The same of two results. Of a rate less is slower.
std::string slower_ones(const ResultTable& results) {
    std::string text;
    for (const ResultRow& row : results.rows) {
        if (row.verdict != Change::slower && row.verdict != Change::regression) continue;
        text += fmt::format("- **{} became slower**: {:+.2f} % ({}){}, {} instead of {}\n",
                            markdown_text(row.bench), row.change.value_or(0) * kPercent,
                            row.interval ? interval_cell(row.interval) : "no interval",
                            row.baseline_change ? " relative to the baseline" : "",
                            figure_text(row.after, row.unit), figure_text(row.before, row.unit));
    }
    return text.empty() ? text : text + "\n";
}

}  // namespace

std::string markdown_section(const model::RunRecord& run) {
    std::string text = bench_section(run);
    for (const NamedTable& table : load_table_list(run.loads)) text += headed(table);
    for (const NamedTable& table : matrices_of(run)) text += headed(table);
    for (const model::ScalingRecord& scaling : run.scalings) {
        if (scaling.outcome != model::Outcome::passed) continue;
        text += headed(scaling_table(scaling)) + bulleted(generator_limits(scaling));
    }
    return text;
}

std::string markdown_section(const model::CompareRecord& record) {
    std::vector<TableRow> rows{{"case", "verdict", "base, ns/packet", "contender, ns/packet",
                                "more, ns", "effect", "interval", "blocks"}};
    for (const model::ComparedCase& one : record.cases) {
        rows.push_back({one.setup.program + " " + one.setup.name(), judgement_text(one),
                        ns_text(one.base_ns), ns_text(one.contender_ns), more_text(one),
                        effect_text(one), interval_text(one),
                        std::to_string(one.comparison.blocks)});
    }
    return slower_ones(record) + markdown_table(rows, 2) + "\n";
}

std::string markdown_section(const model::QualificationRecord& record) {
    std::string text = fmt::format("{}: {}\n\n", markdown_text(record.device),
                                   markdown_text(finding_counts(record)));
    std::vector<std::string> lines;
    for (const model::QualifiedCase& one : record.cases) {
        if (one.finding == model::Finding::note || one.finding == model::Finding::fail)
            lines.push_back(fmt::format("{} {}: {}", name_of(one.finding), one.full_name(),
                                        one.message.substr(0, one.message.find('\n'))));
    }
    if (!record.not_run.empty())
        lines.push_back(fmt::format("not run, because they need a second port: {}",
                                    fmt::join(record.not_run, ", ")));
    return text + bulleted(lines);
}

std::string markdown_section(const ResultTable& results) {
    std::vector<TableRow> rows{
        {"figure", "verdict", "old", "new", "change", "interval", "baseline"}};
    for (const ResultRow& row : results.rows) {
        rows.push_back({row.bench, std::string(name(row.verdict)),
                        figure_text(row.before, row.unit), figure_text(row.after, row.unit),
                        row.change ? fmt::format("{:+.2f} %", *row.change * kPercent) : "-",
                        interval_cell(row.interval),
                        row.baseline_change
                            ? fmt::format("{:+.2f} %, taken out", *row.baseline_change * kPercent)
                            : "-"});
    }
    std::vector<std::string> differences;
    for (const std::string& one : results.differences)
        differences.push_back("the environments differ: " + one);
    return bulleted(differences) + slower_ones(results) + markdown_table(rows, 2) + "\n";
}

}  // namespace xdpbench::report
