#include "engine/run.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>

#include "base/interrupt.h"
#include "base/text.h"
#include "engine/bench.h"
#include "engine/cases.h"
#include "engine/check.h"
#include "engine/describe_program.h"
#include "engine/device.h"
#include "engine/lan.h"
#include "engine/loads.h"
#include "engine/modes.h"
#include "engine/offload.h"
#include "engine/replay.h"
#include "engine/scaling.h"
#include "engine/subject.h"
#include "engine/timed_cases.h"
#include "engine/verifier_check.h"
#include "kernel/environment.h"
#include "traffic/interference.h"

namespace xdpbench {
namespace {

using Progress = std::function<void(const std::string&)>;

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
                     const Progress& progress, std::vector<CaseResult>& results) {
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

Result<void> run_verdicts(const std::vector<Subject>& subjects, const RunOptions& options,
                          const Progress& progress, RunRecord& record) {
    if (!options.check || options.only_offload()) return {};
    for (const Subject& subject : subjects) {
        if (subject.judged || interrupted()) continue;
        progress(fmt::format("verdicts {}: {}", subject.scenario.name, subject.traffic.text));
        XDPBENCH_TRY(VerdictRecord verdicts, count_verdicts(subject));
        record.verdicts.push_back(std::move(verdicts));
    }
    return {};
}

// The CPUs that will be busy at the same time, the program's last; one, if the run needs no more.
std::vector<int> cpus_side_by_side(const PlannedRun& plan) {
    const RunOptions& options = plan.options;
    if (!options.cpus.empty()) return options.cpus;
    const bool loads = options.bench || options.search || options.latency;
    if (!loads || plan.cpus.placement == Placement::shared) return {plan.cpus.program};
    return {plan.cpus.generator, plan.cpus.program};
}

// "1.15 x as long on CPU 1 while CPU 0 is busy": what figures of several CPUs have to be read by.
std::string interference_text(const std::vector<int>& cpus) {
    constexpr double kInterferenceSeconds = 0.3;
    const Result<std::vector<Interference>> pairs =
        measure_interference(cpus, kInterferenceSeconds);
    if (!pairs) return "not measured: " + pairs.error().what;
    std::vector<std::string> parts;
    parts.reserve(pairs->size());
    for (const Interference& pair : *pairs)
        parts.push_back(fmt::format("{:.2f} x as long on CPU {} while CPU {} is busy", pair.ratio,
                                    pair.cpu, pair.other));
    return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

Result<void> run(const PlannedRun& plan, Console& console, RunRecord& record,
                 std::vector<std::string>& notes) {
    const auto start = std::chrono::steady_clock::now();
    const Progress progress = [&console](const std::string& line) { console.progress(line); };
    const RunOptions& options = plan.options;
    record.command_line = options.command_line;
    record.settings = options.settings;
    record.started =
        fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now()));
    for (const EnvironmentEntry& entry : describe_environment()) {
        record.environment.emplace_back(entry.key, entry.value);
    }
    if (options.device) {
        XDPBENCH_TRY(const auto devices, device_environment(*options.device, options.peer));
        record.environment.insert(record.environment.end(), devices.begin(), devices.end());
    }
    if (!plan.listing) {
        if (const std::vector<int> cpus = cpus_side_by_side(plan); cpus.size() > 1) {
            progress("how much the CPUs disturb each other");
            record.environment.emplace_back("cpu_interference", interference_text(cpus));
        }
        console.header(record);
        for (const Subject& subject : plan.subjects) {
            XDPBENCH_TRY(ProgramRecord described, describe_program(subject));
            record.programs.push_back(std::move(described));
        }
        XDPBENCH_CHECK(run_verdicts(plan.subjects, options, progress, record));
    }
    std::vector<Case> cases;
    Observations observations;
    int saved = 0;
    for (const Subject& subject : plan.subjects) {
        add_bounds(subject, options, record, cases);
        add_checks(subject, options, saved, cases);
    }
    for (const Subject& subject : plan.subjects) {
        add_offloads(subject, options, record.offloads, cases);
        add_replays(subject, options, record, observations, notes, cases);
        add_lans(subject, options, record.lans, cases);
    }
    if (!plan.listing || plan.lists_tests) {
        record.cases = run_cases(cases, progress);
        compare_replays(plan.subjects, observations, progress, record.cases);
    }
    if (plan.listing && !plan.lists_benchmarks) return {};

    const std::vector<BenchCase> benches = benches_of(plan.subjects, options, plan.cpus, record);
    const BenchOptions bench_options{options.seconds, options.rounds, plan.benchmark_flags};
    XDPBENCH_TRY(BenchResults results, run_benches(benches, bench_options, progress));
    std::move(results.records.begin(), results.records.end(), std::back_inserter(record.benches));
    record.google_benchmark = std::move(results.json);
    if (!plan.listing) {
        const LoadOptions load_options{options.offers_rates(), options.search, options.latency,
                                       options.rates,          options.goals,  options.seconds,
                                       options.rounds};
        XDPBENCH_TRY(
            std::vector<LoadRecord> loads,
            run_loads(loads_of(plan.subjects, options, plan.cpus, record), load_options, progress));
        std::move(loads.begin(), loads.end(), std::back_inserter(record.loads));
    }
    for (const BenchCase& bench : benches) {
        if (options.cpus.empty() || !bench.mode || interrupted()) continue;
        progress(fmt::format("scaling {}", bench.name()));
        const double seconds = options.seconds * options.rounds;
        record.scalings.push_back(measure_scaling(bench, options.cpus, seconds));
    }
    record.interrupted = interrupted();
    record.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return {};
}

int exit_code_of(const RunRecord& run) {
    bool failed = false;
    bool invalid = false;
    bool skipped = false;
    bool ran = !run.verdicts.empty();
    const auto look_at = [&](Outcome outcome) {
        failed = failed || outcome == Outcome::failed;
        invalid = invalid || outcome == Outcome::invalid;
        skipped = skipped || outcome == Outcome::skipped;
        ran = ran || outcome != Outcome::skipped;
    };
    for (const CaseResult& result : run.cases) look_at(result.outcome);
    for (const ScalingRecord& scaling : run.scalings) look_at(scaling.outcome);
    for (const BenchRecord& bench : run.benches) look_at(bench.outcome);
    for (const LoadRecord& load : run.loads) look_at(load.outcome);
    if (run.interrupted) return 130;
    if (failed) return 1;
    if (invalid) return 3;
    return ran || !skipped ? 0 : 4;
}

}  // namespace xdpbench
