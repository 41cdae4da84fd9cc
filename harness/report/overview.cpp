#include "report/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "stats/summary.h"

namespace xdpbench {
namespace {

using Row = std::array<std::string, 7>;  // program, mode, checks, replay, lan, modes, bench

const char* const kNothing = "-";

// "29 passed"; "27 passed, 2 failed"; "-" without any.
std::string outcomes(const RunRecord& run, const std::string& kind, const std::string& program,
                     const std::string& mode) {
    std::array<std::size_t, 4> counts{};
    for (const CaseResult& result : run.cases) {
        const bool counts_here = result.kind == kind && result.program == program &&
                                 (result.mode.empty() || result.mode == mode);
        if (counts_here) ++counts.at(static_cast<std::size_t>(result.outcome));
    }
    std::string text;
    for (const Outcome outcome :
         {Outcome::passed, Outcome::failed, Outcome::invalid, Outcome::skipped}) {
        const std::size_t count = counts.at(static_cast<std::size_t>(outcome));
        if (count == 0) continue;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, outcome_name(outcome));
    }
    return text.empty() ? kNothing : text;
}

// Of a replay or a lan.
std::string outcome_in(const std::string& mode, const RunRecord& run, const std::string& kind,
                       const std::string& program) {
    for (const CaseResult& result : run.cases) {
        if (result.kind == kind && result.program == program && result.mode == mode)
            return outcome_name(result.outcome);
    }
    return kNothing;
}

// Whether this mode agrees with the others that it was compared with.
std::string agreement(const RunRecord& run, const std::string& program, const std::string& mode) {
    std::string text = kNothing;
    for (const CaseResult& result : run.cases) {
        const bool concerns = result.kind == "modes" && result.program == program &&
                              result.name.find(mode) < result.name.find(':');
        if (!concerns) continue;
        if (result.outcome != Outcome::passed) return "DISAGREE";
        text = "agree";
    }
    return text;
}

// Of several sizes the first one.
std::string bench(const RunRecord& run, const std::string& program, const std::string& mode) {
    for (const BenchRecord& record : run.benches) {
        if (record.program != program || record.mode != mode) continue;
        if (record.rounds.empty()) return outcome_name(record.outcome);
        const std::vector<double> rates = measure_rounds(
            record.rounds, [](const BenchRound& round) { return round.rate(round.processed); });
        const std::vector<double> costs = measure_rounds(
            record.rounds, [](const BenchRound& round) { return round.program_ns(); });
        const std::string text =
            fmt::format("{:.3f} Mpps, {:.1f} ns program", median(rates).value_or(0) / 1e6,
                        median(costs).value_or(0));
        return record.outcome == Outcome::passed
                   ? text
                   : fmt::format("{} ({})", outcome_name(record.outcome), text);
    }
    return kNothing;
}

std::vector<std::string> modes_of(const RunRecord& run) {
    std::vector<std::string> modes;
    const auto add = [&](const std::string& mode) {
        const bool attached = mode == "generic" || mode == "native" || mode == "offload";
        if (attached && std::find(modes.begin(), modes.end(), mode) == modes.end())
            modes.push_back(mode);
    };
    for (const CaseResult& result : run.cases) add(result.mode);
    for (const BenchRecord& record : run.benches) add(record.mode);
    return modes;
}

}  // namespace

std::string overview(const RunRecord& run) {
    std::vector<Row> rows{{"program", "mode", "checks", "replay", "lan", "modes", "bench"}};
    for (const ProgramRecord& program : run.programs) {
        bool first = true;
        for (const std::string& mode : modes_of(run)) {
            rows.push_back({first ? program.name : "", mode,
                            outcomes(run, "check", program.name, mode),
                            outcome_in(mode, run, "replay", program.name),
                            outcome_in(mode, run, "lan", program.name),
                            agreement(run, program.name, mode), bench(run, program.name, mode)});
            first = false;
        }
    }
    constexpr std::size_t kTitleAndOne = 2;
    if (rows.size() <= kTitleAndOne) return {};
    std::array<std::size_t, std::tuple_size_v<Row>> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths.at(i) = std::max(widths.at(i), row.at(i).size());
    }
    std::string table;
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += fmt::format("{:<{}}", row.at(i), widths.at(i) + 3);
        line.erase(line.find_last_not_of(' ') + 1);
        table += line + "\n";
    }
    return table;
}

}  // namespace xdpbench
