#include "report/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "report/table.h"

namespace xdpbench::report {
namespace {

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
        if (result.outcome == model::Outcome::skipped) return "not compared";
        if (result.outcome != model::Outcome::passed) return "DISAGREE";
        text = "agree";
    }
    return text;
}

std::vector<model::Mode> modes_of(const model::RunRecord& run) {
    std::vector<model::Mode> modes;
    const auto add = [&](std::optional<model::Mode> mode) {
        if (mode && std::find(modes.begin(), modes.end(), *mode) == modes.end())
            modes.push_back(*mode);
    };
    for (const model::CaseResult& result : run.cases) add(result.mode);
    return modes;
}

}  // namespace

std::string overview(const model::RunRecord& run) {
    std::vector<TableRow> rows{{"program", "mode", "checks", "replay", "lan", "modes"}};
    const std::size_t columns = rows.front().size();
    for (const model::ProgramRecord& program : run.programs) {
        bool first = true;
        for (const model::Mode mode : modes_of(run)) {
            rows.push_back({first ? program.name : "", std::string(model::mode_name(mode)),
                            outcomes(run, model::CaseKind::check, program.name, mode),
                            outcome_in(mode, run, model::CaseKind::replay, program.name),
                            outcome_in(mode, run, model::CaseKind::lan, program.name),
                            agreement(run, program.name, mode)});
            first = false;
        }
    }
    constexpr std::size_t kTitleAndOne = 2;
    return rows.size() <= kTitleAndOne ? std::string() : table_text(rows, columns);
}

}  // namespace xdpbench::report
