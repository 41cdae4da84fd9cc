#include "compare/compare.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "bench/veth_bench.h"
#include "bpf/test_run.h"
#include "check/check.h"
#include "check/validate.h"
#include "compare/port_blocks.h"
#include "compare/veth_blocks.h"
#include "probe/environment.h"
#include "probe/labels.h"
#include "probe/oldest_kernel.h"
#include "probe/privileges.h"
#include "stats/multiplicity.h"
#include "stats/summary.h"
#include "target/describe_program.h"
#include "traffic/frame_map.h"
#include "traffic/generator.h"
#include "traffic/pinned.h"

namespace xdpbench::compare {
namespace {

using Progress = std::function<void(const std::string&)>;

// Where blocks are cheap the first look comes later, because every look costs alpha.
using model::kFirstLook;
constexpr std::size_t kFirstLookOfMany = 24;
constexpr std::size_t kMany = 96;
// The exact test over more would take longer than its blocks.
constexpr std::size_t kMostBlocks = 600;

Result<void> require_checks(const target::Target& target) {
    for (const scenario::Check& check : target.scenario.checks) {
        Result<check::Verdict> judged = check::judge_check(target, check);
        // What cannot be checked here may still be timed.
        if (!judged && judged.error().kind == ErrorKind::unavailable) continue;
        XDPBENCH_TRY(const check::Verdict verdict, std::move(judged));
        if (model::held(verdict.outcome)) continue;
        return Error{ErrorKind::invalid,
                     fmt::format("{}: the check \"{}\" does not hold, so it is not timed\n{}",
                                 target.object.string(), check.name, verdict.message),
                     {},
                     fmt::format("correct it first: xdp-bench run {} --only check", target.option)};
    }
    return {};
}

Error different_programs(const Compared& compared, std::ptrdiff_t frame, const std::string& how) {
    return Error{
        ErrorKind::invalid,
        fmt::format("frame {} of {}{}: {}", frame, target::bench_traffic(*compared.base).text,
                    compared.shape.name(), how),
        "the two programs do different things: their times mean nothing side by side",
        "give them traffic that both treat alike: --pcap FILE"};
}

// A program that makes something else of a frame when it is asked again, such as one that writes
// the time, need not make the same of it as another one.
Result<void> require_equal_frames(const Compared& compared, const bench::Paths& other) {
    const auto& made = compared.paths.made;
    const auto [mine, theirs] =
        std::mismatch(made.begin(), made.end(), other.made.begin(), other.made.end());
    if (mine == made.end() || theirs == other.made.end()) return {};
    XDPBENCH_TRY(const bench::Paths again,
                 bench::find_paths(*compared.base, compared.frames, bench::Settle{}));
    const auto frame = mine - made.begin();
    if (again.made[static_cast<std::size_t>(frame)] != *mine) return {};
    return different_programs(compared, frame,
                              fmt::format("{} sends or passes it with other bytes than {}",
                                          target::program_text(*compared.contender),
                                          target::program_text(*compared.base)));
}

// Finds what the two programs do with each frame, which must be the same.
Result<void> require_equal_paths(Compared& compared) {
    const target::Target& base = *compared.base;
    const target::Target& contender = *compared.contender;
    const bench::Settle settle{bench::kSettlePasses};
    XDPBENCH_TRY(compared.paths, bench::find_paths(base, compared.frames, settle));
    XDPBENCH_TRY(const bench::Paths other, bench::find_paths(contender, compared.frames, settle));
    // Where verdicts change all the time there is nothing to be equal.
    if (!compared.paths.steady && !other.steady) return {};
    compared.paths.passes = std::max(compared.paths.passes, other.passes);
    const auto [mine, theirs] = std::mismatch(
        compared.paths.returned.begin(), compared.paths.returned.end(), other.returned.begin());
    if (mine == compared.paths.returned.end()) return require_equal_frames(compared, other);
    return different_programs(
        compared, mine - compared.paths.returned.begin(),
        fmt::format("{} returns {}, {} returns {}", target::program_text(base),
                    bpf::returned_text(*mine), target::program_text(contender),
                    bpf::returned_text(*theirs)));
}

// A case of this run: what is measured, in which shape of the traffic.
struct Kind {
    const Compared* compared = nullptr;
    std::optional<model::Mode> mode;  // none: alone

    [[nodiscard]] Result<std::unique_ptr<BlockSource>> source(const CompareOptions& options) const {
        if (!mode) return LoopBlocks::create(*compared, options.seed);
        if (options.ports)
            return PortBlocks::create(*compared, *mode, *options.ports, options.seed);
        return VethBlocks::create(*compared, *mode, options.cpus, options.seed);
    }
};

std::vector<Kind> kinds_of(const std::vector<Compared>& shapes, const CompareOptions& options) {
    std::vector<Kind> kinds;
    for (const Compared& compared : shapes) {
        if (options.alone) kinds.push_back({&compared, std::nullopt});
        for (const model::Mode mode : options.modes) kinds.push_back({&compared, mode});
    }
    return kinds;
}

// What is known of a case beforehand.
model::BenchSetup setup_of(const Kind& kind, const CompareOptions& options) {
    const Compared& compared = *kind.compared;
    bench::BenchCase bench{compared.base, kind.mode, compared.shape, options.cpus};
    if (kind.mode) bench.devices = options.ports;
    return describe_bench(bench, compared.frames, compared.paths);
}

// The blocks of one case, from its CPU.
Result<model::ComparedCase> measure_case(const Kind& kind, const CompareOptions& options,
                                         const stats::ComparisonPlan& plan, double seconds,
                                         const Progress& progress) {
    const traffic::CpuPlan& cpus = options.cpus;
    XDPBENCH_TRY(const traffic::PinnedThread pinned,
                 traffic::PinnedThread::pin(kind.mode ? cpus.generator : cpus.program));
    XDPBENCH_TRY(const std::unique_ptr<BlockSource> source, kind.source(options));
    XDPBENCH_TRY(model::ComparedCase one, compare_case(*source, plan, seconds, progress));
    one.setup = setup_of(kind, options);
    source->complete(one);
    return one;
}

model::ComparedCase not_measured(const Kind& kind, const CompareOptions& options,
                                 const Error& error) {
    model::ComparedCase result;
    result.setup = setup_of(kind, options);
    model::end_with(result, error);
    return result;
}

// The step-down over all cases: one that was called different keeps that only if it survives.
void adjust(std::vector<model::ComparedCase>& cases, double alpha) {
    std::vector<double> p_values;
    p_values.reserve(cases.size());
    for (const model::ComparedCase& one : cases) p_values.push_back(one.comparison.p);
    const std::vector<double> adjusted = stats::holm(p_values);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        stats::Judgement& judgement = cases[i].comparison.judgement;
        cases[i].adjusted_p = adjusted[i];
        const bool different =
            judgement == stats::Judgement::slower || judgement == stats::Judgement::faster;
        if (different && adjusted[i] > alpha) judgement = stats::Judgement::inconclusive;
    }
}

}  // namespace

Result<std::vector<Compared>> prepare_comparison(const target::Target& base,
                                                 const target::Target& contender,
                                                 const std::vector<target::TrafficShape>& shapes) {
    XDPBENCH_CHECK(check::validate(base, true));
    XDPBENCH_CHECK(check::validate(contender, true));
    if (base.judged && !base.scenario.bench)
        return input_error(fmt::format("the scenario {} has no bench", base.scenario.name),
                           "give it one, or name traffic: --pcap FILE");
    std::vector<Compared> prepared;
    for (const target::TrafficShape& shape : shapes) {
        Compared compared{&base, &contender, shape, {}, {}};
        XDPBENCH_TRY(compared.frames, target::bench_frames(base, shape));
        XDPBENCH_CHECK(traffic::Generator::require_sendable(compared.frames));
        prepared.push_back(std::move(compared));
    }
    XDPBENCH_CHECK(probe::require_privileges());
    XDPBENCH_CHECK(probe::require_kernel());
    XDPBENCH_CHECK(probe::require_timeable());
    XDPBENCH_CHECK(require_checks(base));
    XDPBENCH_CHECK(require_checks(contender));
    for (Compared& compared : prepared) XDPBENCH_CHECK(require_equal_paths(compared));
    return prepared;
}

std::vector<std::size_t> plan_looks(std::size_t most) {
    const std::size_t last = std::clamp(most, kFirstLook, kMostBlocks);
    std::vector<std::size_t> looks;
    for (std::size_t look = last < kMany ? kFirstLook : kFirstLookOfMany; look < last; look *= 2)
        looks.push_back(look);
    // A last look shortly after the one before would cost alpha and tell nothing new.
    if (looks.size() > 1 && last < looks.back() + looks.back() / 2) looks.pop_back();
    looks.push_back(last);
    return looks;
}

Result<model::ComparedCase> compare_case(BlockSource& blocks, stats::ComparisonPlan plan,
                                         double seconds, const Progress& progress) {
    const Clock::time_point start = Clock::now();
    XDPBENCH_CHECK(blocks.measure());  // tells how long one takes; does not count
    const double each = seconds_since(start);
    plan.looks = plan_looks(static_cast<std::size_t>(std::max(0.0, seconds / each - 1)));
    plan.threshold = std::max(plan.threshold, blocks.resolution());
    model::ComparedCase result;
    result.measure = blocks.measures();
    result.threshold = plan.threshold;
    std::vector<double> baselines;
    std::vector<double> refused;
    while (result.comparison.judgement == stats::Judgement::undecided &&
           seconds_since(start) < seconds) {
        const Result<Block> block = blocks.measure();
        // What was measured until an interruption is shown.
        if (!block && block.error().kind == ErrorKind::interrupted && !result.ratios.empty()) break;
        if (!block) return block.error();
        result.ratios.push_back(block->ratio);
        result.control.push_back(block->control);
        result.base_samples.push_back(block->base_ns);
        result.contender_samples.push_back(block->contender_ns);
        baselines.push_back(block->baseline_ns);
        refused.push_back(block->refused);
        if (std::find(plan.looks.begin(), plan.looks.end(), result.ratios.size()) ==
            plan.looks.end())
            continue;
        result.comparison = compare_blocks(plan, result.ratios, result.control);
        progress(fmt::format("{} blocks, {:+.2f} %", result.ratios.size(),
                             result.comparison.effect * 100));
    }
    // The time is over before the next look: what was seen last stands, undecided.
    if (result.comparison.judgement == stats::Judgement::undecided)
        result.comparison.judgement = stats::Judgement::inconclusive;
    result.base_ns = stats::median(result.base_samples).value_or(0);
    result.contender_ns = stats::median(result.contender_samples).value_or(0);
    result.baseline_ns = stats::median(baselines).value_or(0);
    result.refused = stats::median(refused).value_or(0);
    result.seconds = seconds_since(start);
    return result;
}

namespace {

// Of the contender's commit, with the base's beside it.
model::Labels labels_of(const Compared& compared, const model::Labels& given) {
    model::Labels labels = probe::find_labels({compared.contender->object}, given);
    const auto base = probe::checkout_of({compared.base->object});
    if (base) labels.emplace("base_commit", base->commit);
    return labels;
}

}  // namespace

Result<void> compare(const std::vector<Compared>& shapes, const CompareOptions& options,
                     const Progress& progress, model::CompareRecord& record) {
    const Clock::time_point start = Clock::now();
    record.command_line = options.command_line;
    record.started =
        fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now()));
    for (const probe::EnvironmentEntry& entry : probe::describe_environment())
        record.environment.emplace_back(entry.key, entry.value);
    record.labels = labels_of(shapes.front(), options.labels);
    XDPBENCH_TRY(record.base, describe_program(*shapes.front().base));
    XDPBENCH_TRY(record.contender, describe_program(*shapes.front().contender));
    record.cpu = options.cpus.program;
    record.alpha = options.alpha;
    record.threshold = options.threshold;
    record.seed = options.seed;

    const std::vector<Kind> kinds = kinds_of(shapes, options);
    stats::ComparisonPlan plan;
    plan.alpha = options.alpha / static_cast<double>(kinds.size());
    plan.threshold = options.threshold;
    record.power = plan.power;
    for (std::size_t i = 0; i < kinds.size() && !interrupted(); ++i) {
        const std::string name = setup_of(kinds[i], options).name();
        progress(fmt::format("compare {}", name));
        const Progress told = [&](const std::string& line) {
            progress(fmt::format("compare {}: {}", name, line));
        };
        // What earlier cases did not need of their time, the later ones have.
        const double budget = std::max(0.0, options.seconds - seconds_since(start)) /
                              static_cast<double>(kinds.size() - i);
        Result<model::ComparedCase> measured = measure_case(kinds[i], options, plan, budget, told);
        record.cases.push_back(measured ? std::move(*measured)
                                        : not_measured(kinds[i], options, measured.error()));
    }
    adjust(record.cases, options.alpha);
    record.interrupted = interrupted();
    record.seconds = seconds_since(start);
    record.exit_code = model::exit_code_of(record);
    return {};
}

}  // namespace xdpbench::compare
