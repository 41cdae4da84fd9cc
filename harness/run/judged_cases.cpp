#include "run/judged_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <optional>

#include "base/interrupt.h"
#include "base/text.h"
#include "check/check.h"
#include "check/verifier_check.h"
#include "replay/lan_replay.h"
#include "replay/modes.h"
#include "replay/offload.h"
#include "replay/replay.h"
#include "run/cases.h"
#include "run/repeat.h"
#include "run/timed_cases.h"
#include "testbed/tracepoint_counts.h"

namespace xdpbench::run {
namespace {

model::CaseResult case_of(model::CaseKind kind, const target::Target& target, std::string name,
                          std::string location) {
    model::CaseResult result;
    result.kind = kind;
    result.program = target.scenario.name;
    result.name = std::move(name);
    result.location = std::move(location);
    return result;
}

Case skipped_case(model::CaseResult result, std::string reason) {
    return {std::move(result), [reason = std::move(reason)] {
                return check::Verdict{model::Outcome::skipped, reason};
            }};
}

std::string not_required(model::Mode mode) {
    return fmt::format("the scenario does not ask for {} mode (requires)", model::mode_name(mode));
}

// Runs the check; of one that fails because of a frame, that frame is left beside the result.
// `saved` counts those of this run.
check::Verdict run_and_save(const target::Target& target, const scenario::Check& check,
                            const std::string& stem, int& saved) {
    check::Verdict verdict = check::run_check(target, check);
    if (!verdict.mismatch) return verdict;
    verdict.message +=
        "\n" + check::save_mismatch(*verdict.mismatch, fmt::format("{}-mismatch{}", stem, ++saved));
    return verdict;
}

void add_checks(const target::Target& target, const RunOptions& options, int& saved,
                std::vector<Case>& cases) {
    if (!options.check || !target.judged) return;
    for (const scenario::Check& check : target.scenario.checks) {
        model::CaseResult result =
            case_of(model::CaseKind::check, target, check.name, check.where.text());
        // A colon would end the pattern: any character stands for it.
        std::string pattern = check.name;
        std::replace(pattern.begin(), pattern.end(), ':', '?');
        const std::string filter =
            fmt::format("--gtest_filter=check.{}.{}", target.scenario.name, pattern);
        result.repeat =
            fmt::format("{} -- {}", repeat_of(target, options, "--only check"), shell_word(filter));
        if (options.only_offload()) {
            cases.push_back(skipped_case(std::move(result),
                                         "a program that is bound to a device cannot be test-run"));
        } else {
            cases.push_back({std::move(result), [&target, &check, &options, &saved] {
                                 return run_and_save(target, check, options.result_stem, saved);
                             }});
        }
    }
}

// What a scenario bounds of the program's cost, as one more check.
void add_bounds(const target::Target& target, const RunOptions& options,
                const model::RunRecord& record, std::vector<Case>& cases) {
    if (!options.check || !target.judged || !target.scenario.verifier) return;
    const scenario::VerifierBounds& bounds = *target.scenario.verifier;
    model::CaseResult result = case_of(model::CaseKind::check, target,
                                       "costs no more than its bounds", bounds.where.text());
    result.repeat = repeat_of(target, options, "--only check");
    cases.push_back({std::move(result), [&target, &bounds, &record] {
                         const auto described =
                             std::find_if(record.programs.begin(), record.programs.end(),
                                          [&](const model::ProgramRecord& one) {
                                              return one.name == target.scenario.name;
                                          });
                         return check::judge_cost(bounds, *described);
                     }});
}

using Observations = std::multimap<const target::Target*, replay::Observation>;

void add_replays(const target::Target& target, const RunOptions& options, model::RunRecord& record,
                 Observations& observations, std::vector<std::string>& notes,
                 std::vector<Case>& cases) {
    if (!options.replay || (target.judged && !target.scenario.replay)) return;
    for (const model::Mode mode : options.modes) {
        const bool in_device =
            mode == model::Mode::offload && options.device;  // add_offloads asks it
        if (in_device && !options.peer) continue;
        const scenario::FrameRef& traffic = target::replay_traffic(target);
        const std::string location = target.judged ? target.scenario.replay->where.text() : "";
        model::CaseResult result = case_of(model::CaseKind::replay, target, traffic.text, location);
        result.mode = mode;
        result.repeat = repeat_over_ports(
            target, options, fmt::format("--mode {} --only replay", model::mode_name(mode)));
        if (!target::asks_for_mode(target, mode)) {
            cases.push_back(skipped_case(std::move(result), not_required(mode)));
            continue;
        }
        const replay::ReplayOptions how{options.keep, device_ends(options)};
        cases.push_back({std::move(result),
                         [&target, &options, mode, how, in_device, &record, &observations, &notes] {
                             if (in_device) {
                                 std::string why = why_not_through_offload(target, options, record);
                                 if (!why.empty())
                                     return check::Verdict{model::Outcome::skipped, std::move(why)};
                             }
                             replay::ReplayOutcome outcome =
                                 replay::run_replay(target, mode, how, notes);
                             if (outcome.record)
                                 record.replays.push_back(std::move(*outcome.record));
                             if (outcome.observation)
                                 observations.emplace(&target, std::move(*outcome.observation));
                             return outcome.verdict;
                         }});
    }
}

// Why a scenario's lan is not run in this mode; empty: it is.
std::string why_no_lan(const target::Target& target, model::Mode mode, const RunOptions& options) {
    if (!target::asks_for_mode(target, mode)) return not_required(mode);
    if (mode == model::Mode::offload)
        return "the hosts of a lan have veths, which have no XDP offload";
    if (options.device) return "the hosts of a lan have veths: nothing of it is done over --dev";
    return {};
}

void add_lans(const target::Target& target, const RunOptions& options,
              std::vector<model::LanRecord>& records, std::vector<Case>& cases) {
    if (!options.replay || !target.judged || !target.scenario.lan) return;
    const scenario::Lan& lan = *target.scenario.lan;
    for (const model::Mode mode : options.modes) {
        model::CaseResult result = case_of(model::CaseKind::lan, target,
                                           counted(lan.hosts.size(), "host"), lan.where.text());
        result.mode = mode;
        result.repeat = repeat_of(target, options,
                                  fmt::format("--mode {} --only replay", model::mode_name(mode)));
        if (std::string why = why_no_lan(target, mode, options); !why.empty()) {
            cases.push_back(skipped_case(std::move(result), std::move(why)));
            continue;
        }
        cases.push_back({std::move(result), [&target, mode, &records] {
                             replay::LanOutcome outcome = replay::run_lan(target, mode);
                             if (outcome.record) records.push_back(std::move(*outcome.record));
                             return outcome.verdict;
                         }});
    }
}

// What was replayed in several modes must have shown the same in each.
void compare_replays(const std::vector<target::Target>& targets, const RunOptions& options,
                     const Observations& observations,
                     const std::function<void(const std::string&)>& progress,
                     std::vector<model::CaseResult>& results) {
    for (const target::Target& target : targets) {
        const auto [first, end] = observations.equal_range(&target);
        if (first == end) continue;
        for (auto other = std::next(first); other != end && !interrupted(); ++other) {
            if (other->second.mode == first->second.mode) continue;  // --gtest_repeat
            const std::string modes = fmt::format("{} and {}", model::mode_name(first->second.mode),
                                                  model::mode_name(other->second.mode));
            model::CaseResult result =
                case_of(model::CaseKind::modes, target,
                        fmt::format("{}: {}", modes, target::replay_traffic(target).text),
                        target.judged ? target.scenario.replay->where.text() : "");
            result.repeat = repeat_over_ports(
                target, options,
                fmt::format("--mode {},{} --only replay", model::mode_name(first->second.mode),
                            model::mode_name(other->second.mode)));
            progress(fmt::format("modes {}: {}", target.scenario.name, modes));
            const auto start = std::chrono::steady_clock::now();
            check::Verdict verdict = replay::compare_modes(target, first->second, other->second);
            result.seconds =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            result.outcome = verdict.outcome;
            result.message = std::move(verdict.message);
            results.push_back(std::move(result));
        }
    }
}

void add_offloads(const target::Target& target, const RunOptions& options,
                  std::vector<model::OffloadRecord>& records, std::vector<Case>& cases) {
    const bool asked = std::find(options.modes.begin(), options.modes.end(),
                                 model::Mode::offload) != options.modes.end();
    if (!options.device || !asked) return;
    const replay::OffloadPorts ports{*options.device, options.peer};
    model::CaseResult result = case_of(model::CaseKind::offload, target, ports.device, "");
    result.mode = model::Mode::offload;
    result.repeat = repeat_over_ports(target, options, "--mode offload");
    cases.push_back({std::move(result), [&target, ports, &records] {
                         replay::OffloadOutcome outcome = replay::run_offload(target, ports);
                         if (outcome.record) records.push_back(std::move(*outcome.record));
                         return outcome.verdict;
                     }});
}

}  // namespace

void run_judged_cases(const std::vector<target::Target>& targets, const RunOptions& options,
                      const std::function<void(const std::string&)>& progress,
                      model::RunRecord& record, std::vector<std::string>& notes) {
    std::vector<Case> cases;
    Observations observations;
    int saved = 0;
    for (const target::Target& target : targets) {
        add_bounds(target, options, record, cases);
        add_checks(target, options, saved, cases);
    }
    for (const target::Target& target : targets) {
        add_offloads(target, options, record.offloads, cases);
        add_replays(target, options, record, observations, notes, cases);
        add_lans(target, options, record.lans, cases);
    }
    record.known_cases += cases.size();
    std::optional<testbed::TracepointsSwitchedOn> kept;
    if (options.replay) kept.emplace();
    record.cases = run_cases(cases, progress);
    compare_replays(targets, options, observations, progress, record.cases);
}

}  // namespace xdpbench::run
