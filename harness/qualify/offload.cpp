// Group offload: what the device does with a program that is given to it.
#include "replay/offload.h"

#include <fmt/format.h>

#include <array>

#include "qualify/case.h"
#include "target/target.h"

namespace xdpbench::qualify {
namespace {

std::string steps_text(const model::OffloadRecord& record) {
    std::string text = fmt::format("{} ({}): {}, {}", record.device, record.driver,
                                   name_of(record.acceptance), name_of(record.execution));
    if (!record.evidence.empty()) text += ": " + record.evidence;
    for (const model::OffloadStep& step : record.steps)
        text += fmt::format("\n{:<10} {}{}", step.name, step.held ? "" : "FAILED: ", step.detail);
    return text;
}

Ruling judge(const Context& context, const replay::OffloadOutcome& outcome) {
    const Declared declared = context.declares(Feature::hw_offload);
    const auto& record = outcome.record;
    if (outcome.verdict.outcome == model::Outcome::skipped || !record)
        return judge_declared(declared, false, outcome.verdict.message);
    if (record->acceptance == model::Acceptance::failed) return fail(steps_text(*record));
    if (record->acceptance == model::Acceptance::refused)
        return judge_declared(declared, false, steps_text(*record));
    if (record->execution == model::Execution::executed)
        return judge_declared(declared, true, steps_text(*record));
    return note(steps_text(*record));
}

Result<Ruling> device(Context& context) {
    XDPBENCH_TRY(const target::Target target, target::find_target("xdp_drop"));
    const qualify::Options& options = context.options();
    const replay::OffloadPorts ports{context.device().name,
                                     options.remote ? std::nullopt : options.peer};
    const replay::OffloadOutcome outcome = replay::run_offload(target, ports);
    if (outcome.verdict.outcome == model::Outcome::error) return invalid(outcome.verdict.message);
    return judge(context, outcome);
}

constexpr std::array kCases{CaseEntry{"offload", "device", Needs::one_port, device}};

}  // namespace

std::span<const CaseEntry> offload_cases() { return kCases; }

}  // namespace xdpbench::qualify
