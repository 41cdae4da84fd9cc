// Two results side by side, for a person.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "model/load.h"
#include "report/compare_results.h"
#include "stats/run_difference.h"

namespace xdpbench::report {
namespace {

std::string percent_text(double relative) { return fmt::format("{:+.1f} %", relative * 100); }

// "103.2, 129.0 (+25.0 %)"
std::string pair_text(const BeforeAfter& pair, int places) {
    return fmt::format("{:.{}f}, {:.{}f} ({})", pair.before, places, pair.after, places,
                       percent_text(pair.change()));
}

bool any_of_rows(const ResultTable& table, bool (*holds)(const ResultRow&)) {
    return std::any_of(table.rows.begin(), table.rows.end(), holds);
}

bool is_clocked(const ResultRow& row) { return row.clocked.has_value(); }

std::string header_text(std::size_t width, bool clocked) {
    return fmt::format("{:<{}}  {:>13}  {:>13}  {:>8}  {:>20}{}  verdict\n", "bench", width, "old",
                       "new", "change", "interval",
                       clocked ? fmt::format("  {:>22}  {:>20}", "ns/packet", "GHz") : "");
}

std::string row_text(const ResultRow& row, std::size_t width, bool clocked) {
    const std::string interval =
        row.interval ? percent_text(row.interval->low) + " to " + percent_text(row.interval->high)
                     : "-";
    std::string beside;
    if (clocked) {
        const std::optional<ClockedPair>& pairs = row.clocked;
        beside = fmt::format("  {:>22}  {:>20}", pairs ? pair_text(pairs->ns, 1) : "-",
                             pairs ? pair_text(pairs->gigahertz, 2) : "-");
    }
    return fmt::format("{:<{}}  {:>13}  {:>13}  {:>8}  {:>20}{}  {}{}\n", row.bench, width,
                       figure_text(row.before, row.unit), figure_text(row.after, row.unit),
                       row.change ? percent_text(*row.change) : "-", interval, beside,
                       name(row.verdict), row.reason.empty() ? "" : ": " + row.reason);
}

// Where the clock differs most; nothing where it is about the same.
std::string clock_text(const ResultTable& table) {
    const auto moved = [](const ResultRow& row) {
        return row.clocked ? std::abs(row.clocked->gigahertz.change()) : 0;
    };
    const auto farthest = std::max_element(
        table.rows.begin(), table.rows.end(),
        [&](const ResultRow& one, const ResultRow& other) { return moved(one) < moved(other); });
    if (farthest == table.rows.end() || moved(*farthest) <= kMarkedClock) return "";
    const BeforeAfter& clock = farthest->clocked->gigahertz;
    return fmt::format(
        "The CPU's clock was another one: {:.2f} GHz in the old result, {:.2f} GHz in the new one "
        "({}; {}).\nCycles do not move with it, but for waiting for memory, which takes more of "
        "them at a higher clock.\n",
        clock.before, clock.after, percent_text(clock.change()), farthest->bench);
}

std::string notes_text(const ResultTable& table) {
    std::string text;
    if (any_of_rows(table, is_clocked))
        text +=
            "Cycles: of the CPU for one packet, whole path, at its clock of that moment. ns/packet "
            "and GHz (old, new) are not judged.\n";
    if (any_of_rows(table, [](const ResultRow& row) { return row.unit == "ns" && row.interval; }))
        text +=
            "ns: for one packet, whole path, where not both results have cycles. A clock that "
            "drifted between them looks like a change.\n";
    if (any_of_rows(table, [](const ResultRow& row) { return row.baseline_change.has_value(); }))
        text +=
            "Relative to the baseline: the change is that of figure / baseline (an empty program "
            "on the same path, in the same run), where the\nbaseline changed too, or where that "
            "is known more exactly. Old and new are as measured.\n";
    return text + clock_text(table) +
           fmt::format(
               "With one result a side the intervals hold what separate runs of one program "
               "differ by (± {:.1f} %),\nwith several a side what they did differ by: of "
               "100 comparisons of a program with itself at most one is called a change.\n"
               "Smaller changes need both programs in one run (xdp-bench compare base.o "
               "new.o).\n",
               100 * std::expm1(stats::single_run_allowance()));
}

}  // namespace

std::string figure_text(std::optional<double> value, const std::string& unit) {
    if (!value) return "-";
    return unit == "pps" ? rate_text(*value) : fmt::format("{:.1f} {}", *value, unit);
}

std::string_view name(Change change) {
    switch (change) {
        case Change::none_shown:
            return "no difference shown";
        case Change::faster:
            return "faster";
        case Change::slower:
            return "slower";
        case Change::regression:
            return "REGRESSION";
        case Change::undecided:
            return "undecided";
        case Change::not_judged:
            return "not judged";
        case Change::not_compared:
            return "not compared";
    }
    return "?";
}

std::string to_text(const ResultTable& table) {
    std::string text;
    if (!table.differences.empty()) {
        text +=
            "The two results are of different environments, so nothing is judged (old / new):\n";
        for (const std::string& line : table.differences) text += fmt::format("  {}\n", line);
        text += "\n";
    }
    std::size_t width = 5;
    for (const ResultRow& row : table.rows) width = std::max(width, row.bench.size());
    const bool clocked = any_of_rows(table, is_clocked);
    text += header_text(width, clocked);
    for (const ResultRow& row : table.rows) text += row_text(row, width, clocked);
    return text + "\n" + notes_text(table);
}

}  // namespace xdpbench::report
