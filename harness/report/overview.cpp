#include "report/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

using OverviewRow = std::vector<std::string>;

const char* const kNothing = "-";

// "29 passed"; "27 passed, 2 failed"; "-" without any.
std::string outcomes(const model::RunRecord& run, model::CaseKind kind, const std::string& program,
                     model::Mode mode) {
    std::array<std::size_t, model::kOutcomes.size()> counts{};
    for (const model::CaseResult& result : run.cases) {
        const bool counts_here = result.kind == kind && result.program == program &&
                                 (!result.mode || result.mode == mode);
        if (counts_here) ++counts.at(static_cast<std::size_t>(result.outcome));
    }
    std::string text;
    for (const model::Outcome outcome : model::kOutcomes) {
        const std::size_t count = counts.at(static_cast<std::size_t>(outcome));
        if (count == 0) continue;
        text +=
            fmt::format("{}{} {}", text.empty() ? "" : ", ", count, model::outcome_name(outcome));
    }
    return text.empty() ? kNothing : text;
}

// Of a replay or a lan.
std::string outcome_in(model::Mode mode, const model::RunRecord& run, model::CaseKind kind,
                       const std::string& program) {
    for (const model::CaseResult& result : run.cases) {
        if (result.kind == kind && result.program == program && result.mode == mode)
            return model::outcome_name(result.outcome);
    }
    return kNothing;
}

// Whether this mode agrees with the others that it was compared with.
std::string agreement(const model::RunRecord& run, const std::string& program, model::Mode mode) {
    std::string text = kNothing;
    for (const model::CaseResult& result : run.cases) {
        const bool concerns = result.kind == model::CaseKind::modes && result.program == program &&
                              result.name.find(model::mode_name(mode)) < result.name.find(':');
        if (!concerns) continue;
        if (result.outcome != model::Outcome::passed) return "DISAGREE";
        text = "agree";
    }
    return text;
}

// Of several sizes the first one.
std::string bench(const model::RunRecord& run, const std::string& program, model::Mode mode) {
    for (const model::BenchRecord& record : run.benches) {
        if (record.setup.program != program || record.setup.mode != mode) continue;
        if (record.rounds.empty()) return model::outcome_name(record.outcome);
        const std::vector<double> rates = model::measure_rounds(
            record, [](const model::BenchRound& round) { return round.rate(round.processed); });
        const std::vector<double> costs = model::measure_rounds(
            record, [](const model::BenchRound& round) { return round.program_ns(); });
        const std::string text =
            fmt::format("{:.3f} Mpps, {:.1f} ns program", stats::median(rates).value_or(0) / 1e6,
                        stats::median(costs).value_or(0));
        return record.outcome == model::Outcome::passed
                   ? text
                   : fmt::format("{} ({})", model::outcome_name(record.outcome), text);
    }
    return kNothing;
}

std::string with_outcome(model::Outcome outcome, const std::string& text) {
    return outcome == model::Outcome::passed
               ? text
               : fmt::format("{} ({})", model::outcome_name(outcome), text);
}

// "0.00 % lost at 500 kpps"
std::string offered_text(const model::LoadRecord& load) {
    std::vector<double> ratios;
    for (const model::Trial& trial : load.reached_trials()) ratios.push_back(trial.loss_ratio());
    if (ratios.empty()) return model::outcome_name(load.outcome);
    return with_outcome(load.outcome,
                        fmt::format("{:.2f} % lost at {}", stats::median(ratios).value_or(0) * 100,
                                    rate_text(load.rate)));
}

// Of the goal with the least loss: "1.25 Mpps at 0 % loss, bound by program"
std::string found_text(const model::LoadRecord& load) {
    if (load.goals.empty()) return model::outcome_name(load.outcome);
    const model::SearchedGoal& goal = load.goals.front();
    if (!goal.result.bounds.lower) return "no rate";
    return with_outcome(
        load.outcome,
        fmt::format("{} at {:.4g} % loss, bound by {}", rate_text(*goal.result.bounds.lower),
                    goal.goal.loss_ratio * 100, model::name_of(goal.bound)));
}

// "p50 1.2 us, p99 3.4 us at 500 kpps"
std::string latency_text(const model::LoadRecord& load) {
    for (const model::LatencySeries& series : load.latencies) {
        if (series.through == model::Through::baseline) continue;
        const auto us = [&series](double q) {
            return static_cast<double>(series.histogram.quantile(q).value_or(0)) * 1e-3;
        };
        return with_outcome(load.outcome, fmt::format("p50 {:.1f} us, p99 {:.1f} us at {}", us(0.5),
                                                      us(0.99), rate_text(load.rate)));
    }
    return model::outcome_name(load.outcome);
}

// Of several rates, sizes or searches the first one.
std::string load_cell(const model::RunRecord& run, model::LoadKind kind, const std::string& program,
                      model::Mode mode) {
    for (const model::LoadRecord& load : run.loads) {
        if (load.kind != kind || load.setup.program != program || load.setup.mode != mode) continue;
        switch (kind) {
            case model::LoadKind::rate:
                return offered_text(load);
            case model::LoadKind::search:
                return found_text(load);
            case model::LoadKind::latency:
                return latency_text(load);
        }
    }
    return kNothing;
}

// The kinds of loads that there are, in the order in which they are measured.
std::vector<model::LoadKind> load_kinds(const model::RunRecord& run) {
    std::vector<model::LoadKind> kinds;
    for (const model::LoadKind kind :
         {model::LoadKind::search, model::LoadKind::rate, model::LoadKind::latency}) {
        if (std::any_of(run.loads.begin(), run.loads.end(),
                        [kind](const model::LoadRecord& load) { return load.kind == kind; }))
            kinds.push_back(kind);
    }
    return kinds;
}

std::vector<model::Mode> modes_of(const model::RunRecord& run) {
    std::vector<model::Mode> modes;
    const auto add = [&](std::optional<model::Mode> mode) {
        if (mode && std::find(modes.begin(), modes.end(), *mode) == modes.end())
            modes.push_back(*mode);
    };
    for (const model::CaseResult& result : run.cases) add(result.mode);
    for (const model::BenchRecord& record : run.benches) add(record.setup.mode);
    for (const model::LoadRecord& load : run.loads) add(load.setup.mode);
    return modes;
}

}  // namespace

std::string overview(const model::RunRecord& run) {
    const std::vector<model::LoadKind> loads = load_kinds(run);
    std::vector<OverviewRow> rows{{"program", "mode", "checks", "replay", "lan", "modes", "bench"}};
    for (const model::LoadKind kind : loads) rows.front().emplace_back(model::name_of(kind));
    for (const model::ProgramRecord& program : run.programs) {
        bool first = true;
        for (const model::Mode mode : modes_of(run)) {
            OverviewRow row{first ? program.name : "",
                            std::string(model::mode_name(mode)),
                            outcomes(run, model::CaseKind::check, program.name, mode),
                            outcome_in(mode, run, model::CaseKind::replay, program.name),
                            outcome_in(mode, run, model::CaseKind::lan, program.name),
                            agreement(run, program.name, mode),
                            bench(run, program.name, mode)};
            for (const model::LoadKind kind : loads)
                row.push_back(load_cell(run, kind, program.name, mode));
            rows.push_back(std::move(row));
            first = false;
        }
    }
    constexpr std::size_t kTitleAndOne = 2;
    if (rows.size() <= kTitleAndOne) return {};
    std::vector<std::size_t> widths(rows.front().size());
    for (const OverviewRow& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string table;
    for (const OverviewRow& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += fmt::format("{:<{}}", row[i], widths[i] + 3);
        line.erase(line.find_last_not_of(' ') + 1);
        table += line + "\n";
    }
    return table;
}

}  // namespace xdpbench::report
