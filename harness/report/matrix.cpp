#include "report/matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
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

    [[nodiscard]] std::string text(const std::string& title) const {
        if (columns.size() < 2) return {};
        std::vector<TableRow> table{{title}};
        table.front().insert(table.front().end(), columns.begin(), columns.end());
        for (const std::string& row : rows) {
            TableRow line{row};
            for (const std::string& column : columns) {
                const auto found = cells.find({row, column});
                line.push_back(found == cells.end() ? "-" : found->second);
            }
            table.push_back(std::move(line));
        }
        for (TableRow& row : table) row.emplace_back();  // the last column is aligned to the left
        return table_text(table, 1);
    }
};

std::string path_of(const model::BenchSetup& setup) {
    return setup.program + " " +
           (setup.mode ? std::string(model::mode_name(*setup.mode)) : "test run");
}

}  // namespace

std::string size_matrix(const model::RunRecord& run) {
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
    const std::string first = rates.text("Mpps by frame size");
    const std::string second = costs.text("program by frame size");
    return first.empty() || second.empty() ? first + second : first + "\n" + second;
}

std::string rate_matrix(const model::RunRecord& run) {
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
    return losses.text("lost by offered rate");
}

}  // namespace xdpbench::report
