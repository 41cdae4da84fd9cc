#include "run/run.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iterator>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "bench/bench_case.h"
#include "bench/external.h"
#include "bench/google_benchmark.h"
#include "bench/loads.h"
#include "bench/port_scaling.h"
#include "bench/scaling.h"
#include "bpf/rx_metadata.h"
#include "check/check.h"
#include "probe/device.h"
#include "probe/environment.h"
#include "probe/labels.h"
#include "replay/judge.h"
#include "run/judged_cases.h"
#include "run/repeat.h"
#include "run/selection.h"
#include "run/timed_cases.h"
#include "target/describe_program.h"
#include "target/target.h"
#include "traffic/interference.h"

namespace xdpbench::run {
namespace {

using Progress = std::function<void(const std::string&)>;

Result<void> run_verdicts(const std::vector<target::Target>& targets, const RunOptions& options,
                          const Progress& progress, model::RunRecord& record,
                          std::vector<std::string>& notes) {
    if (!options.check || options.only_offload()) return {};
    for (const target::Target& target : targets) {
        if (target.judged || interrupted()) continue;
        XDPBENCH_TRY(const bpf::Program opened, target::open_unconfigured(target));
        if (bpf::reads_rx_metadata(opened)) {
            notes.push_back(
                fmt::format("{} reads rx metadata: the kernel does not test-run it, so its "
                            "verdicts are not counted; a replay shows them: --mode native",
                            target.scenario.name));
            continue;
        }
        progress(fmt::format("verdicts {}: {}", target.scenario.name, target.traffic.text));
        XDPBENCH_TRY(model::VerdictRecord verdicts, check::count_verdicts(target));
        record.verdicts.push_back(std::move(verdicts));
    }
    return {};
}

// Without expectations nothing is right or wrong but a value that is no XDP action.
void judge_verdicts(model::RunRecord& record) {
    for (const model::VerdictRecord& verdict : record.verdicts) {
        if (verdict.no_action == 0) continue;
        model::CaseResult result;
        result.kind = model::CaseKind::check;
        result.program = verdict.program;
        result.name = "returns XDP actions only";
        result.outcome = model::Outcome::failed;
        result.message = replay::no_action_text(verdict.no_action);
        result.seconds = verdict.seconds;
        record.cases.push_back(std::move(result));
    }
}

// The CPUs here that will be busy at the same time, the program's last; one, if the run needs no
// more.
std::vector<int> cpus_side_by_side(const PlannedRun& plan) {
    const RunOptions& options = plan.options;
    if (!options.cpus.empty() && !options.remote) return options.cpus;
    const bool loads = options.bench || options.search || options.latency;
    if (!loads || plan.cpus.placement == model::Placement::shared) return {plan.cpus.program};
    return {plan.cpus.generator, plan.cpus.program};
}

// What figures of several CPUs have to be read by.
std::string interference_text(const std::vector<int>& cpus) {
    constexpr double kInterferenceSeconds = 0.3;
    const Result<std::vector<traffic::Interference>> pairs =
        traffic::measure_interference(cpus, kInterferenceSeconds);
    if (!pairs) return "not measured: " + pairs.error().what;
    std::vector<std::string> parts;
    parts.reserve(pairs->size());
    for (const traffic::Interference& pair : *pairs)
        parts.push_back(fmt::format("CPU {}: {}", pair.cpu, pair.text()));
    return fmt::format("{}", fmt::join(parts, "; "));
}

// About how long benches and loads take from now on. Of a search the trials that it mostly needs.
double expected_seconds(const PlannedRun& plan) {
    constexpr double kTrialsOfASearch = 12;
    constexpr double kLatencyRates = 3;  // where none are named
    constexpr double kSides = 2;         // latencies of the program and of the baseline
    const RunOptions& options = plan.options;
    const double rounds = options.rounds * options.seconds;
    const auto shapes = static_cast<double>(plan.targets.size() * options.shapes.size());
    const double paths = shapes * static_cast<double>(options.modes.size());
    const auto rates = static_cast<double>(options.rates.size());
    double seconds = 0;
    if (options.bench && !options.offers_rates())
        seconds += options.goal ? std::max(0.0, options.goal->seconds - seconds_since(plan.start))
                                : (paths + shapes) * rounds;
    if (options.offers_rates()) seconds += paths * rates * rounds;
    if (options.external_traffic)
        seconds +=
            static_cast<double>(plan.targets.size() * options.modes.size()) * options.seconds;
    if (options.search) seconds += paths * kTrialsOfASearch * options.seconds;
    if (options.latency) seconds += paths * (rates > 0 ? rates : kLatencyRates) * rounds * kSides;
    if (options.bench)
        seconds += paths * rounds *
                   static_cast<double>(options.cpus.size() + (options.queues.size() > 1 ? 1 : 0));
    return seconds;
}

// What is known before anything runs.
Result<void> begin(const PlannedRun& plan, model::RunRecord& record) {
    const RunOptions& options = plan.options;
    record.command_line = options.command_line;
    record.settings = options.settings;
    record.started =
        fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now()));
    for (const probe::EnvironmentEntry& entry : probe::describe_environment())
        record.environment.emplace_back(entry.key, entry.value);
    std::vector<std::filesystem::path> objects;
    for (const target::Target& target : plan.targets) objects.push_back(target.object);
    record.labels = probe::find_labels(objects, options.labels);
    if (!options.device) return {};
    const bool peer_is_here = options.peer && !options.remote;
    XDPBENCH_TRY(
        const auto devices,
        probe::device_environment(*options.device, peer_is_here ? options.peer : std::nullopt));
    record.environment.insert(record.environment.end(), devices.begin(), devices.end());
    if (!options.out.empty()) record.environment.emplace_back("out", options.out);
    if (!options.out_peer.empty()) record.environment.emplace_back("out_peer", options.out_peer);
    if (!options.remote) return {};
    record.environment.emplace_back("peer", *options.peer);
    record.environment.emplace_back("remote", options.remote->place().text());
    record.environment.emplace_back("remote_host", options.remote->greeting().host);
    record.environment.emplace_back("remote_kernel", options.remote->greeting().kernel);
    return {};
}

Result<void> describe_programs(const PlannedRun& plan, model::RunRecord& record) {
    for (const target::Target& target : plan.targets) {
        XDPBENCH_TRY(model::ProgramRecord described, describe_program(target));
        record.programs.push_back(std::move(described));
    }
    return {};
}

// Nothing but the names of the cases, as Google Benchmark and GoogleTest print them.
Result<void> list(const PlannedRun& plan, const Progress& progress, model::RunRecord& record,
                  std::vector<std::string>& notes) {
    if (plan.lists_tests) run_judged_cases(plan.targets, plan.options, progress, record, notes);
    if (!plan.lists_benchmarks) return {};
    const bench::BenchOptions options{plan.options.seconds, plan.options.rounds, plan.options.goal,
                                      Clock::now(), plan.benchmark_flags};
    XDPBENCH_CHECK(bench::run_benches(benches_of(plan.targets, plan.options, plan.cpus, record),
                                      options, progress));
    return {};
}

// By the number of CPUs, and over real ports of queues.
void measure_scalings(const std::vector<bench::BenchCase>& benches, const RunOptions& options,
                      const Progress& progress, model::RunRecord& record) {
    const double seconds = options.seconds * options.rounds;
    const bool queues = options.queues.size() > 1;
    for (bench::BenchCase bench : benches) {
        if ((options.cpus.empty() && !queues) || !bench.mode || interrupted()) continue;
        bench.repeat = repeat_of_scaling(bench, options);
        progress(fmt::format("scaling {}", bench.name()));
        if (!bench.devices) {
            record.scalings.push_back(measure_scaling(bench, options.cpus, seconds));
            continue;
        }
        const bench::PortSteps steps{queues ? options.queues : std::vector<std::uint32_t>(),
                                     options.cpus};
        record.scalings.push_back(measure_port_scaling(bench, steps, seconds, progress));
    }
}

// Benches, loads and scaling tables of what held.
Result<void> measure(const PlannedRun& plan, Clock::time_point start, const Progress& progress,
                     model::RunRecord& record) {
    const RunOptions& options = plan.options;
    const std::vector<bench::BenchCase> benches =
        benches_of(plan.targets, options, plan.cpus, record);
    record.known_cases += benches.size();
    const bench::BenchOptions bench_options{options.seconds, options.rounds, options.goal, start,
                                            plan.benchmark_flags};
    XDPBENCH_TRY(bench::BenchResults results, bench::run_benches(benches, bench_options, progress));
    std::move(results.records.begin(), results.records.end(), std::back_inserter(record.benches));
    record.google_benchmark = std::move(results.json);
    const bench::LoadOptions load_options{options.offers_rates(), options.search, options.latency,
                                          options.rates,          options.goals,  options.seconds,
                                          options.rounds};
    const std::vector<bench::BenchCase> loaded = loads_of(plan.targets, options, plan.cpus, record);
    record.known_cases += loaded.size();
    for (const bench::BenchCase& load : loaded) {
        XDPBENCH_TRY(std::vector<model::LoadRecord> loads, run_load(load, load_options, progress));
        for (model::LoadRecord& one : loads) {
            one.setup.repeat = repeat_of_load(load, options, one);
            record.loads.push_back(std::move(one));
        }
    }
    measure_scalings(benches, options, progress, record);
    for (const bench::BenchCase& one : externals_of(plan.targets, options, plan.cpus, record)) {
        ++record.known_cases;
        if (!interrupted())
            record.externals.push_back(bench::count_external(one, options.seconds, progress));
    }
    return {};
}

// Counted verdicts are something where there are no cases; beside cases that did not run they are
// not.
bool is_empty(const model::RunRecord& record) {
    return record.cases.empty() && (record.verdicts.empty() || record.known_cases > 0) &&
           record.benches.empty() && record.loads.empty() && record.scalings.empty() &&
           record.externals.empty();
}

// A run in which nothing ran must not look like one in which all held.
Result<void> require_some(const PlannedRun& plan, const model::RunRecord& record,
                          std::vector<std::string>& notes) {
    const std::string filters = filters_in_environment(plan.options.passed_on);
    if (!filters.empty()) notes.push_back("cases were selected by the environment: " + filters);
    if (!is_empty(record) || record.interrupted) return {};
    if (!plan.sharded || record.known_cases == 0) return none_selected(record.known_cases, filters);
    notes.push_back(
        fmt::format("this shard has none of the {}", counted(record.known_cases, "case")));
    return {};
}

}  // namespace

Result<void> run(const PlannedRun& plan, report::Console& console, model::RunRecord& record,
                 std::vector<std::string>& notes) {
    const Clock::time_point start = plan.start;
    const Progress progress = [&console](const std::string& line) { console.progress(line); };
    XDPBENCH_CHECK(begin(plan, record));
    if (plan.listing) return list(plan, progress, record, notes);
    if (const std::vector<int> cpus = cpus_side_by_side(plan); cpus.size() > 1) {
        progress("how much the CPUs disturb each other");
        record.environment.emplace_back("cpu_interference", interference_text(cpus));
    }
    console.header(record);
    XDPBENCH_CHECK(describe_programs(plan, record));
    XDPBENCH_CHECK(run_verdicts(plan.targets, plan.options, progress, record, notes));
    run_judged_cases(plan.targets, plan.options, progress, record, notes);
    judge_verdicts(record);
    if (const double seconds = expected_seconds(plan); seconds > 0) console.expect(seconds);
    XDPBENCH_CHECK(measure(plan, start, progress, record));
    record.interrupted = interrupted();
    XDPBENCH_CHECK(require_some(plan, record, notes));
    record.seconds = seconds_since(start);
    return {};
}

}  // namespace xdpbench::run
