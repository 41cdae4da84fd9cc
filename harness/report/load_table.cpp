#include "report/load_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "report/counts_text.h"
#include "report/table.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

using Rows = std::vector<TableRow>;

std::string mpps(double rate) { return fmt::format("{:.4f}", rate / model::kMega); }

// Microseconds.
std::string us(std::uint64_t ns) { return fmt::format("{:.2f}", static_cast<double>(ns) / 1e3); }

template <class Measure>
double median_of(const std::vector<model::Trial>& trials, Measure measure) {
    std::vector<double> samples;
    samples.reserve(trials.size());
    for (const model::Trial& trial : trials) samples.push_back(measure(trial));
    return stats::median(samples).value_or(0);
}

std::string outcome(const model::LoadRecord& load) {
    return load.outcome == model::Outcome::passed ? "" : model::outcome_name(load.outcome);
}

TableRow rate_row(const model::LoadRecord& load) {
    const std::vector<model::Trial> trials = load.reached_trials();
    if (trials.empty())
        return {rate_text(load.rate), "-", "-", "-", "-", model::outcome_name(load.outcome)};
    const auto frames = [](std::uint64_t model::Trial::*count) {
        return [count](const model::Trial& trial) { return trial.per_second(trial.*count); };
    };
    return {
        rate_text(load.rate),
        mpps(median_of(trials, [](const model::Trial& trial) { return trial.offered(); })),
        mpps(median_of(trials, frames(&model::Trial::processed))),
        mpps(median_of(trials, frames(&model::Trial::forwarded))),
        fmt::format(
            "{:.4f} %",
            100 * median_of(trials, [](const model::Trial& trial) { return trial.loss_ratio(); })),
        outcome(load)};
}

// A row for each goal.
Rows search_rows(const model::LoadRecord& load) {
    Rows rows;
    for (const model::SearchedGoal& searched : load.goals) {
        const auto& bounds = searched.result.bounds;
        rows.push_back({fmt::format("<= {:.4g} %", searched.goal.loss_ratio * 100),
                        bounds.lower ? mpps(*bounds.lower) : "-",
                        bounds.lower ? mpps(searched.result.conditional_throughput) : "-",
                        bounds.upper ? mpps(*bounds.upper) : "-",
                        std::string(model::name_of(searched.bound)) +
                            (outcome(load).empty() ? "" : ", " + outcome(load))});
    }
    if (rows.empty()) rows.push_back({"-", "-", "-", "-", model::outcome_name(load.outcome)});
    return rows;
}

// The program's latencies and the median of the baseline's.
TableRow latency_row(const model::LoadRecord& load) {
    TableRow row{rate_text(load.rate)};
    std::string baseline = "-";
    for (const model::LatencySeries& series : load.latencies) {
        const auto quantile = [&series](double q) {
            return us(series.histogram.quantile(q).value_or(0));
        };
        if (series.through == model::Through::baseline) {
            baseline = quantile(0.5);
        } else if (row.size() == 1) {
            for (const model::Percentile& percentile : model::kPercentiles)
                row.push_back(quantile(percentile.q));
            row.push_back(us(series.histogram.longest()));
        }
    }
    row.resize(model::kPercentiles.size() + 2, "-");
    row.push_back(baseline);
    row.push_back(outcome(load));
    return row;
}

TableRow titles_of(model::LoadKind kind) {
    switch (kind) {
        case model::LoadKind::rate:
            return {"rate", "offered", "processed", "forwarded", "lost", ""};
        case model::LoadKind::search:
            return {"loss", "throughput", "forwarded", "too high", "bottleneck"};
        case model::LoadKind::latency:
            return {"rate", "p50", "p90", "p99", "p99.9", "max", "baseline p50", ""};
    }
    return {};
}

const char* heading_of(model::LoadKind kind) {
    switch (kind) {
        case model::LoadKind::rate:
            return "offered rates, Mpps";
        case model::LoadKind::search:
            return "throughput by MLRsearch (RFC 9971), Mpps";
        case model::LoadKind::latency:
            return "latency of the program, us";
    }
    return "";
}

Rows rows_of(const model::LoadRecord& load) {
    if (load.kind == model::LoadKind::search) return search_rows(load);
    return {load.kind == model::LoadKind::rate ? rate_row(load) : latency_row(load)};
}

// Over real ports: the most that was sent, and which searches that limited.
std::string generator_notes(const std::vector<model::LoadRecord>& loads, model::LoadKind kind) {
    std::string notes;
    for (const model::LoadRecord& load : loads) {
        if (load.kind != kind || load.setup.generator_maximum <= 0) continue;
        const std::string maximum = fmt::format("  {}\n", generator_line(load.setup));
        if (notes.find(maximum) == std::string::npos) notes += maximum;  // once for all rates
        const auto limited =
            std::find_if(load.goals.begin(), load.goals.end(),
                         [](const auto& goal) { return goal.bound == model::Bound::generator; });
        if (limited != load.goals.end())
            notes += generator_hint(load.setup, limited->bound,
                                    limited->result.bounds.lower.value_or(0));
    }
    return notes;
}

NamedTable table_by_kind(const std::vector<model::LoadRecord>& loads, model::LoadKind kind) {
    NamedTable table{heading_of(kind), {titles_of(kind)}, 3};
    table.rows.front().insert(table.rows.front().begin(), {"program", "path"});
    for (const model::LoadRecord& load : loads) {
        if (load.kind != kind) continue;
        const std::string stamped =
            kind == model::LoadKind::search && load.stamped ? " (time stamps)" : "";
        for (TableRow& row : rows_of(load)) {
            row.insert(row.begin(), {load.setup.program, load.setup.name() + stamped});
            table.rows.push_back(std::move(row));
        }
    }
    return table;
}

std::string table_of(const std::vector<model::LoadRecord>& loads, model::LoadKind kind) {
    const NamedTable table = table_by_kind(loads, kind);
    if (table.rows.size() == 1) return {};
    const char* const note =
        kind == model::LoadKind::search
            ? "  not RFC 2544: generator, path and program share this machine\n"
            : "";
    return fmt::format("  {}\n{}{}{}", table.heading, table_text(table.rows, table.left), note,
                       generator_notes(loads, kind));
}

constexpr std::array kKinds{model::LoadKind::rate, model::LoadKind::search,
                            model::LoadKind::latency};

}  // namespace

std::string load_tables(const std::vector<model::LoadRecord>& loads) {
    std::string text;
    for (const model::LoadKind kind : kKinds) {
        const std::string table = table_of(loads, kind);
        text += (text.empty() || table.empty() ? "" : "\n") + table;
    }
    return text;
}

std::vector<NamedTable> load_table_list(const std::vector<model::LoadRecord>& loads) {
    std::vector<NamedTable> tables;
    for (const model::LoadKind kind : kKinds) {
        NamedTable table = table_by_kind(loads, kind);
        if (table.rows.size() > 1) tables.push_back(std::move(table));
    }
    return tables;
}

}  // namespace xdpbench::report
