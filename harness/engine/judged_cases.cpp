#include "engine/judged_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>

#include "base/interrupt.h"
#include "base/text.h"
#include "engine/cases.h"
#include "engine/check.h"
#include "engine/lan.h"
#include "engine/modes.h"
#include "engine/offload.h"
#include "engine/replay.h"
#include "engine/timed_cases.h"
#include "engine/verifier_check.h"

namespace xdpbench {
namespace {

CaseResult case_of(const char* kind, const Subject& subject, std::string name,
                   std::string location) {
    CaseResult result;
    result.kind = kind;
    result.program = subject.scenario.name;
    result.name = std::move(name);
    result.location = std::move(location);
    return result;
}

Case skipped_case(CaseResult result, std::string reason) {
    return {std::move(result), [reason = std::move(reason)] {
                return Verdict{Outcome::skipped, reason};
            }};
}

std::string not_required(Mode mode) {
    return fmt::format("the scenario does not ask for {} mode (requires)", mode_name(mode));
}

// Runs the check; of one that fails because of a frame, that frame is left beside the result.
// `saved` counts those of this run.
Verdict run_and_save(const Subject& subject, const Check& check, const std::string& stem,
                     int& saved) {
    Verdict verdict = run_check(subject, check);
    if (!verdict.mismatch) return verdict;
    verdict.message +=
        "\n" + save_mismatch(*verdict.mismatch, fmt::format("{}-mismatch{}", stem, ++saved));
    return verdict;
}

void add_checks(const Subject& subject, const RunOptions& options, int& saved,
                std::vector<Case>& cases) {
    if (!options.check || !subject.judged) return;
    for (const Check& check : subject.scenario.checks) {
        CaseResult result = case_of("check", subject, check.name, check.where.text());
        // A colon would end the pattern, a quote the shell's word: any character stands for them.
        std::string pattern = check.name;
        for (char& letter : pattern) letter = letter == ':' || letter == '\'' ? '?' : letter;
        result.repeat = fmt::format("xdp-bench run {} --only check -- '--gtest_filter=check.{}.{}'",
                                    subject.option, subject.scenario.name, pattern);
        if (options.only_offload()) {
            cases.push_back(skipped_case(std::move(result),
                                         "a program that is bound to a device cannot be test-run"));
        } else {
            cases.push_back({std::move(result), [&subject, &check, &options, &saved] {
                                 return run_and_save(subject, check, options.result_stem, saved);
                             }});
        }
    }
}

// " --dev eth1 --peer eth2", as typed; nothing without.
std::string device_options(const RunOptions& options) {
    std::string text;
    if (options.device) text += " --dev " + *options.device;
    if (options.peer) text += " --peer " + *options.peer;
    if (options.take_over) text += " --take-over";
    return text;
}

// What a scenario bounds of the program's cost, as one more check.
void add_bounds(const Subject& subject, const RunOptions& options, const RunRecord& record,
                std::vector<Case>& cases) {
    if (!options.check || !subject.judged || !subject.scenario.verifier) return;
    const VerifierBounds& bounds = *subject.scenario.verifier;
    CaseResult result =
        case_of("check", subject, "costs no more than its bounds", bounds.where.text());
    result.repeat = fmt::format("xdp-bench run {} --only check", subject.option);
    cases.push_back({std::move(result), [&subject, &bounds, &record] {
                         const auto described =
                             std::find_if(record.programs.begin(), record.programs.end(),
                                          [&](const ProgramRecord& one) {
                                              return one.name == subject.scenario.name;
                                          });
                         return judge_cost(bounds, *described);
                     }});
}

using Observations = std::multimap<const Subject*, Observation>;

void add_replays(const Subject& subject, const RunOptions& options, RunRecord& record,
                 Observations& observations, std::vector<std::string>& notes,
                 std::vector<Case>& cases) {
    if (!options.replay || (subject.judged && !subject.scenario.replay)) return;
    for (const Mode mode : options.modes) {
        const bool in_device = mode == Mode::offload && options.device;  // add_offloads asks it
        if (in_device && !options.peer) continue;
        const FrameRef& traffic = replay_traffic(subject);
        const std::string location = subject.judged ? subject.scenario.replay->where.text() : "";
        CaseResult result = case_of("replay", subject, traffic.text, location);
        result.mode = mode_name(mode);
        result.repeat = fmt::format("xdp-bench run {} --mode {} --only replay{}", subject.option,
                                    result.mode, device_options(options));
        if (!asks_for_mode(subject, mode)) {
            cases.push_back(skipped_case(std::move(result), not_required(mode)));
            continue;
        }
        const ReplayOptions how{options.keep, device_ends(options)};
        cases.push_back({std::move(result), [&subject, &options, mode, how, in_device, &record,
                                             &observations, &notes] {
                             if (in_device) {
                                 std::string why =
                                     why_not_through_offload(subject, options, record);
                                 if (!why.empty()) return Verdict{Outcome::skipped, std::move(why)};
                             }
                             ReplayOutcome outcome = run_replay(subject, mode, how, notes);
                             if (outcome.record)
                                 record.replays.push_back(std::move(*outcome.record));
                             if (outcome.observation)
                                 observations.emplace(&subject, std::move(*outcome.observation));
                             return outcome.verdict;
                         }});
    }
}

// Why a scenario's lan is not run in this mode; empty: it is.
std::string why_no_lan(const Subject& subject, Mode mode, const RunOptions& options) {
    if (!asks_for_mode(subject, mode)) return not_required(mode);
    if (mode == Mode::offload) return "the hosts of a lan have veths, which have no XDP offload";
    if (options.device) return "the hosts of a lan have veths: nothing of it is done over --dev";
    return {};
}

void add_lans(const Subject& subject, const RunOptions& options, std::vector<LanRecord>& records,
              std::vector<Case>& cases) {
    if (!options.replay || !subject.judged || !subject.scenario.lan) return;
    const Lan& lan = *subject.scenario.lan;
    for (const Mode mode : options.modes) {
        CaseResult result =
            case_of("lan", subject, counted(lan.hosts.size(), "host"), lan.where.text());
        result.mode = mode_name(mode);
        result.repeat =
            fmt::format("xdp-bench run {} --mode {} --only replay", subject.option, result.mode);
        if (std::string why = why_no_lan(subject, mode, options); !why.empty()) {
            cases.push_back(skipped_case(std::move(result), std::move(why)));
            continue;
        }
        cases.push_back({std::move(result), [&subject, mode, &records] {
                             LanOutcome outcome = run_lan(subject, mode);
                             if (outcome.record) records.push_back(std::move(*outcome.record));
                             return outcome.verdict;
                         }});
    }
}

// What was replayed in several modes must have shown the same in each.
void compare_replays(const std::vector<Subject>& subjects, const Observations& observations,
                     const std::function<void(const std::string&)>& progress,
                     std::vector<CaseResult>& results) {
    for (const Subject& subject : subjects) {
        const auto [first, end] = observations.equal_range(&subject);
        if (first == end) continue;
        for (auto other = std::next(first); other != end && !interrupted(); ++other) {
            if (other->second.mode == first->second.mode) continue;  // --gtest_repeat
            const std::string modes = fmt::format("{} and {}", mode_name(first->second.mode),
                                                  mode_name(other->second.mode));
            CaseResult result = case_of(
                "modes", subject, fmt::format("{}: {}", modes, replay_traffic(subject).text),
                subject.judged ? subject.scenario.replay->where.text() : "");
            result.repeat =
                fmt::format("xdp-bench run {} --mode {},{} --only replay", subject.option,
                            mode_name(first->second.mode), mode_name(other->second.mode));
            progress(fmt::format("modes {}: {}", subject.scenario.name, modes));
            const auto start = std::chrono::steady_clock::now();
            Verdict verdict = compare_modes(subject, first->second, other->second);
            result.seconds =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            result.outcome = verdict.outcome;
            result.message = std::move(verdict.message);
            results.push_back(std::move(result));
        }
    }
}

void add_offloads(const Subject& subject, const RunOptions& options,
                  std::vector<OffloadRecord>& records, std::vector<Case>& cases) {
    const bool asked =
        std::find(options.modes.begin(), options.modes.end(), Mode::offload) != options.modes.end();
    if (!options.device || !asked) return;
    const OffloadTarget target{*options.device, options.peer};
    CaseResult result = case_of("offload", subject, target.device, "");
    result.mode = mode_name(Mode::offload);
    result.repeat =
        fmt::format("xdp-bench run {} --mode offload{}", subject.option, device_options(options));
    cases.push_back({std::move(result), [&subject, target, &records] {
                         OffloadOutcome outcome = run_offload(subject, target);
                         if (outcome.record) records.push_back(std::move(*outcome.record));
                         return outcome.verdict;
                     }});
}

}  // namespace

void run_judged_cases(const std::vector<Subject>& subjects, const RunOptions& options,
                      const std::function<void(const std::string&)>& progress, RunRecord& record,
                      std::vector<std::string>& notes) {
    std::vector<Case> cases;
    Observations observations;
    int saved = 0;
    for (const Subject& subject : subjects) {
        add_bounds(subject, options, record, cases);
        add_checks(subject, options, saved, cases);
    }
    for (const Subject& subject : subjects) {
        add_offloads(subject, options, record.offloads, cases);
        add_replays(subject, options, record, observations, notes, cases);
        add_lans(subject, options, record.lans, cases);
    }
    record.cases = run_cases(cases, progress);
    compare_replays(subjects, observations, progress, record.cases);
}

}  // namespace xdpbench
