#include "report/markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <variant>

#include "base/text.h"
#include "report/bench_table.h"
#include "report/table.h"

namespace xdpbench::report {
namespace {

constexpr double kPercent = 100;
constexpr std::size_t kProblemsShown = 10;
constexpr std::size_t kProblemBytes = 2000;

// Text of any origin on one line, without what Markdown or HTML would read in it.
std::string plain(std::string_view text) {
    std::string result;
    for (const char letter : escaped(text)) {
        constexpr std::string_view kMarks = "\\`*_{}[]()#+!|<>~&@";
        if (letter == '\n' || letter == '\t')
            result += ' ';
        else if (kMarks.find(letter) != std::string_view::npos)
            result += std::string("\\") + letter;
        else
            result += letter;
    }
    return result;
}

// Text of any origin in a block of its own; no run of backticks in it ends the block.
std::string block(std::string_view text) {
    std::string shown = escaped(text.substr(0, kProblemBytes));
    if (text.size() > kProblemBytes) shown += "\n...";
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const char letter : shown) {
        run = letter == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    const std::string fence(std::max<std::size_t>(3, longest + 1), '`');
    return fmt::format("{0}text\n{1}\n{0}\n", fence, shown);
}

// The first row has the titles; the first `left` columns are text.
std::string table(const std::vector<TableRow>& rows, std::size_t left) {
    std::string text;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (const std::string& cell : rows[i]) text += "| " + plain(cell) + " ";
        text += "|\n";
        for (std::size_t column = 0; i == 0 && column < rows[i].size(); ++column)
            text += column < left ? "|---" : "|--:";
        if (i == 0) text += "|\n";
    }
    return text;
}

std::string measured(const model::RunRecord& run) {
    std::string text;
    if (!run.benches.empty()) {
        const std::vector<TableRow> rows = bench_rows(run.benches);
        text += table(rows, rows.front().front() == "program" ? 2 : 1) + "\n";
        const std::vector<std::string> limits = generator_limits(run.benches);
        for (const std::string& limit : limits) text += fmt::format("- {}\n", plain(limit));
        if (!limits.empty()) text += "\n";
    }
    return text;
}

std::string interval_text(const stats::Comparison& found) {
    if (!found.interval) return "-";
    return fmt::format("{:+.2f} to {:+.2f} %", found.interval->low * kPercent,
                       found.interval->high * kPercent);
}

// A sentence for each case that became slower.
std::string slower_ones(const model::CompareRecord& record) {
    std::string text;
    for (const model::ComparedCase& one : record.cases) {
        if (one.outcome != model::Outcome::passed ||
            one.comparison.judgement != stats::Judgement::slower)
            continue;
        text += fmt::format(
            "- **{} became slower**: {:+.2f} % ({}) of the {}, {:.1f} ns/packet "
            "instead of {:.1f}\n",
            plain(one.setup.program + " " + one.setup.name()), one.comparison.effect * kPercent,
            interval_text(one.comparison),
            one.measure == model::Measure::program ? "program's own time" : "whole path's time",
            one.contender_ns, one.base_ns);
    }
    return text.empty() ? text : text + "\n";
}

std::string measured(const model::CompareRecord& record) {
    std::vector<TableRow> rows{{"case", "verdict", "base, ns/packet", "contender, ns/packet",
                                "effect", "interval", "samples"}};
    for (const model::ComparedCase& one : record.cases) {
        const stats::Comparison& found = one.comparison;
        const bool passed = one.outcome == model::Outcome::passed;
        rows.push_back(
            {one.setup.program + " " + one.setup.name(),
             passed ? std::string(stats::name(found.judgement)) : model::outcome_name(one.outcome),
             fmt::format("{:.1f}", one.base_ns), fmt::format("{:.1f}", one.contender_ns),
             found.blocks > 0 ? fmt::format("{:+.2f} %", found.effect * kPercent) : "-",
             interval_text(found), std::to_string(found.blocks)});
    }
    return slower_ones(record) + table(rows, 2) + "\n";
}

std::string measured(const ResultTable& results) {
    std::vector<TableRow> rows{{"figure", "verdict", "old", "new", "change", "interval"}};
    for (const ResultRow& row : results.rows) {
        rows.push_back({row.bench, std::string(name(row.verdict)),
                        figure_text(row.before, row.unit), figure_text(row.after, row.unit),
                        row.change ? fmt::format("{:+.2f} %", *row.change * kPercent) : "-",
                        row.interval
                            ? fmt::format("{:+.2f} to {:+.2f} %", row.interval->low * kPercent,
                                          row.interval->high * kPercent)
                            : "-"});
    }
    std::string text;
    for (const std::string& one : results.differences)
        text += "- the environments differ: " + plain(one) + "\n";
    return (text.empty() ? text : text + "\n") + table(rows, 2) + "\n";
}

// Each case of a qualification is one of those that did not pass, or needs no words.
std::string measured(const model::QualificationRecord& record) {
    return fmt::format("{}: {}\n\n", plain(record.device),
                       plain(model::name_of(model::verdict_of(record))));
}

// What did not pass, each with its message and how to repeat it.
std::string problems(const Entries& entries) {
    std::string text;
    std::size_t count = 0;
    for (const Entry& entry : entries.all) {
        if (model::held(entry.outcome) || ++count > kProblemsShown) continue;
        text += fmt::format("**{}**: {}: {}\n\n{}", model::outcome_name(entry.outcome),
                            plain(entry.suite), plain(entry.name), block(entry.message));
        if (!entry.repeat.empty()) text += "\nTo repeat it:\n\n" + block(entry.repeat);
        text += "\n";
    }
    if (count > kProblemsShown) text += fmt::format("... and {} more\n\n", count - kProblemsShown);
    return text;
}

}  // namespace

std::string to_markdown(const Source& source) {
    const Entries entries = list_entries(source);
    std::string text = fmt::format("### xdp-bench: {}\n\n{} in {:.1f} s; kernel {}, {}\n\n",
                                   plain(verdict_text(entries)), outcomes_text(entries),
                                   entries.seconds, plain(environment_value(entries, "kernel")),
                                   plain(environment_value(entries, "cpu_model")));
    text += std::visit([](const auto* record) { return measured(*record); }, source);
    text += problems(entries);
    return text + "The whole of it again:\n\n" + block(entries.command_line);
}

}  // namespace xdpbench::report
