#include "report/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "stats/summary.h"

namespace xdpbench::report {
namespace {

using OverviewRow = std::vector<std::string>;

const char* const kNothing = "-";

// "29 passed"; "27 passed, 2 failed"; "-" without any.
std::string outcomes(const model::RunRecord& run, const std::string& kind,
                     const std::string& program, const std::string& mode) {
    std::array<std::size_t, 4> counts{};
    for (const model::CaseResult& result : run.cases) {
        const bool counts_here = result.kind == kind && result.program == program &&
                                 (result.mode.empty() || result.mode == mode);
        if (counts_here) ++counts.at(static_cast<std::size_t>(result.outcome));
    }
    std::string text;
    for (const model::Outcome outcome : {model::Outcome::passed, model::Outcome::failed,
                                         model::Outcome::invalid, model::Outcome::skipped}) {
        const std::size_t count = counts.at(static_cast<std::size_t>(outcome));
        if (count == 0) continue;
        text +=
            fmt::format("{}{} {}", text.empty() ? "" : ", ", count, model::outcome_name(outcome));
    }
    return text.empty() ? kNothing : text;
}

// Of a replay or a lan.
std::string outcome_in(const std::string& mode, const model::RunRecord& run,
                       const std::string& kind, const std::string& program) {
    for (const model::CaseResult& result : run.cases) {
        if (result.kind == kind && result.program == program && result.mode == mode)
            return model::outcome_name(result.outcome);
    }
    return kNothing;
}

// Whether this mode agrees with the others that it was compared with.
std::string agreement(const model::RunRecord& run, const std::string& program,
                      const std::string& mode) {
    std::string text = kNothing;
    for (const model::CaseResult& result : run.cases) {
        const bool concerns = result.kind == "modes" && result.program == program &&
                              result.name.find(mode) < result.name.find(':');
        if (!concerns) continue;
        if (result.outcome != model::Outcome::passed) return "DISAGREE";
        text = "agree";
    }
    return text;
}

// Of several sizes the first one.
std::string bench(const model::RunRecord& run, const std::string& program,
                  const std::string& mode) {
    for (const model::BenchRecord& record : run.benches) {
        if (record.program != program || record.mode != mode) continue;
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
                                    model::rate_text(load.rate)));
}

// Of the goal with the least loss: "1.25 Mpps at 0 % loss, bound by program"
std::string found_text(const model::LoadRecord& load) {
    if (load.goals.empty()) return model::outcome_name(load.outcome);
    const model::SearchedGoal& goal = load.goals.front();
    if (!goal.result.bounds.lower) return "no rate";
    return with_outcome(load.outcome, fmt::format("{} at {:.4g} % loss, bound by {}",
                                                  model::rate_text(*goal.result.bounds.lower),
                                                  goal.goal.loss_ratio * 100, goal.bound));
}

// "p50 1.2 us, p99 3.4 us at 500 kpps"
std::string latency_text(const model::LoadRecord& load) {
    for (const model::LatencySeries& series : load.latencies) {
        if (series.baseline) continue;
        const auto us = [&series](double q) {
            return static_cast<double>(series.histogram.quantile(q).value_or(0)) * 1e-3;
        };
        return with_outcome(load.outcome, fmt::format("p50 {:.1f} us, p99 {:.1f} us at {}", us(0.5),
                                                      us(0.99), model::rate_text(load.rate)));
    }
    return model::outcome_name(load.outcome);
}

// Of several rates, sizes or searches the first one.
std::string load_cell(const model::RunRecord& run, const std::string& kind,
                      const std::string& program, const std::string& mode) {
    for (const model::LoadRecord& load : run.loads) {
        if (load.kind != kind || load.program != program || load.mode != mode) continue;
        if (kind == "search") return found_text(load);
        return kind == "rate" ? offered_text(load) : latency_text(load);
    }
    return kNothing;
}

// The kinds of loads that there are, in the order in which they are measured.
std::vector<std::string> load_kinds(const model::RunRecord& run) {
    std::vector<std::string> kinds;
    for (const char* const kind : {"search", "rate", "latency"}) {
        if (std::any_of(run.loads.begin(), run.loads.end(),
                        [kind](const model::LoadRecord& load) { return load.kind == kind; }))
            kinds.emplace_back(kind);
    }
    return kinds;
}

std::vector<std::string> modes_of(const model::RunRecord& run) {
    std::vector<std::string> modes;
    const auto add = [&](const std::string& mode) {
        const bool attached = mode == "generic" || mode == "native" || mode == "offload";
        if (attached && std::find(modes.begin(), modes.end(), mode) == modes.end())
            modes.push_back(mode);
    };
    for (const model::CaseResult& result : run.cases) add(result.mode);
    for (const model::BenchRecord& record : run.benches) add(record.mode);
    for (const model::LoadRecord& load : run.loads) add(load.mode);
    return modes;
}

}  // namespace

std::string overview(const model::RunRecord& run) {
    const std::vector<std::string> loads = load_kinds(run);
    std::vector<OverviewRow> rows{{"program", "mode", "checks", "replay", "lan", "modes", "bench"}};
    rows.front().insert(rows.front().end(), loads.begin(), loads.end());
    for (const model::ProgramRecord& program : run.programs) {
        bool first = true;
        for (const std::string& mode : modes_of(run)) {
            OverviewRow row{first ? program.name : "",
                            mode,
                            outcomes(run, "check", program.name, mode),
                            outcome_in(mode, run, "replay", program.name),
                            outcome_in(mode, run, "lan", program.name),
                            agreement(run, program.name, mode),
                            bench(run, program.name, mode)};
            for (const std::string& kind : loads)
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
