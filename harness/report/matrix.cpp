#include "report/matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "report/cost.h"
#include "report/table.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

// Cells by row and column, both in the order in which they are first named.
struct Matrix {
    std::vector<std::string> rows;
    std::vector<std::string> columns;
    std::map<std::pair<std::string, std::string>, std::string> cells;

    void add(const std::string& row, const std::string& column, const std::string& cell) {
        const auto note = [](std::vector<std::string>& names, const std::string& name) {
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        };
        note(rows, row);
        note(columns, column);
        cells[{row, column}] = cell;
    }

    // Nothing of a single column, which other tables show.
    [[nodiscard]] NamedTable table(const std::string& title) const {
        NamedTable table{title, {}, 1};
        if (columns.size() < 2) return table;
        table.rows = {{title}};
        table.rows.front().insert(table.rows.front().end(), columns.begin(), columns.end());
        for (const std::string& row : rows) {
            TableRow line{row};
            for (const std::string& column : columns) {
                const auto found = cells.find({row, column});
                line.push_back(found == cells.end() ? "-" : found->second);
            }
            table.rows.push_back(std::move(line));
        }
        return table;
    }
};

std::string text_of(NamedTable table) {
    for (TableRow& row : table.rows) row.emplace_back();  // the last column is aligned to the left
    return table_text(table.rows, table.left);
}

std::string path_of(const model::BenchSetup& setup) {
    return setup.program + " " +
           (setup.mode ? std::string(model::mode_name(*setup.mode)) : "test run");
}

struct SizeTables {
    NamedTable rates;
    NamedTable costs;
};

SizeTables size_tables(const model::RunRecord& run) {
    Matrix rates;
    Matrix costs;
    for (const model::BenchRecord& bench : run.benches) {
        if (bench.setup.size.empty() || bench.rounds.empty()) continue;
        const bool passed = bench.outcome == model::Outcome::passed;
        const std::vector<double> rounds = model::measure_rounds(
            bench, [](const model::BenchRound& r) { return r.rate(r.processed) / model::kMega; });
        const std::string bad = model::outcome_name(bench.outcome);
        if (!bench.alone())
            rates.add(path_of(bench.setup), bench.setup.size,
                      passed ? fmt::format("{:.3f}", stats::median(rounds).value_or(0)) : bad);
        costs.add(path_of(bench.setup), bench.setup.size, passed ? program_ns_text(bench) : bad);
    }
    return {rates.table("Mpps by frame size"), costs.table("program cost by frame size")};
}

NamedTable rate_table(const model::RunRecord& run) {
    Matrix losses;
    for (const model::LoadRecord& load : run.loads) {
        if (load.kind != model::LoadKind::rate) continue;
        std::vector<double> ratios;
        for (const model::Trial& trial : load.reached_trials())
            ratios.push_back(trial.loss_ratio());
        losses.add(path_of(load.setup) + load.setup.variant, rate_text(load.rate),
                   ratios.empty() ? model::outcome_name(load.outcome)
                                  : fmt::format("{:.4f} %", *stats::median(ratios) * 100));
    }
    return losses.table("lost by offered rate");
}

}  // namespace

std::string size_matrix(const model::RunRecord& run) {
    const SizeTables tables = size_tables(run);
    const std::string first = text_of(tables.rates);
    const std::string second = text_of(tables.costs);
    return first.empty() || second.empty() ? first + second : first + "\n" + second;
}

std::string rate_matrix(const model::RunRecord& run) { return text_of(rate_table(run)); }

std::vector<NamedTable> matrices_of(const model::RunRecord& run) {
    SizeTables sizes = size_tables(run);
    std::vector<NamedTable> tables{std::move(sizes.rates), std::move(sizes.costs), rate_table(run)};
    std::erase_if(tables, [](const NamedTable& table) { return table.rows.empty(); });
    return tables;
}

}  // namespace xdpbench::report
