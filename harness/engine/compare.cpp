#include "engine/compare.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "engine/check.h"
#include "engine/describe_program.h"
#include "engine/veth_blocks.h"
#include "kernel/environment.h"
#include "kernel/privileges.h"
#include "kernel/test_run.h"
#include "stats/multiplicity.h"
#include "stats/summary.h"
#include "traffic/pinned.h"

namespace xdpbench {
namespace {

using Progress = std::function<void(const std::string&)>;

// The first look: with fewer blocks the signed-rank test could not reject. Where blocks are cheap
// it comes later, because every look costs alpha.
constexpr std::size_t kFirstLook = 12;
constexpr std::size_t kFirstLookOfMany = 24;
constexpr std::size_t kMany = 96;
// The exact test over more would take longer than its blocks.
constexpr std::size_t kMostBlocks = 600;

Result<void> require_checks(const Subject& subject) {
    for (const Check& check : subject.scenario.checks) {
        const Verdict verdict = run_check(subject, check);
        if (verdict.outcome == Outcome::passed || verdict.outcome == Outcome::skipped) continue;
        return Error{
            ErrorKind::invalid,
            fmt::format("{}: the check \"{}\" does not hold, so it is not timed\n{}",
                        subject.object.string(), check.name, verdict.message),
            {},
            fmt::format("correct it first: xdp-bench run {} --only check", subject.option)};
    }
    return {};
}

struct Kind {
    std::string name;
    std::function<Result<std::unique_ptr<BlockSource>>(std::uint64_t seed)> source;
};

std::vector<Kind> kinds_of(const Compared& compared, const CompareOptions& options) {
    std::vector<Kind> kinds;
    if (options.alone) {
        kinds.push_back({"test_run", [&compared](std::uint64_t seed) {
                             return LoopBlocks::create(compared, seed);
                         }});
    }
    for (const Mode mode : options.modes) {
        kinds.push_back({std::string(mode_name(mode)), [&compared, mode](std::uint64_t seed) {
                             return VethBlocks::create(compared, mode, seed);
                         }});
    }
    return kinds;
}

ComparedCase not_measured(const Error& error) {
    ComparedCase result;
    result.outcome = error.kind == ErrorKind::unavailable || error.kind == ErrorKind::interrupted
                         ? Outcome::skipped
                         : Outcome::invalid;
    result.message = error.text();
    return result;
}

// The step-down over all cases: one that was called different keeps that only if it survives.
void adjust(std::vector<ComparedCase>& cases, double alpha) {
    std::vector<double> p_values;
    p_values.reserve(cases.size());
    for (const ComparedCase& one : cases) p_values.push_back(one.comparison.p);
    const std::vector<double> adjusted = holm(p_values);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        Judgement& judgement = cases[i].comparison.judgement;
        cases[i].adjusted_p = adjusted[i];
        const bool different = judgement == Judgement::slower || judgement == Judgement::faster;
        if (different && adjusted[i] > alpha) judgement = Judgement::inconclusive;
    }
}

}  // namespace

Result<Compared> prepare_comparison(const Subject& base, const Subject& contender) {
    XDPBENCH_CHECK(validate(base, true));
    XDPBENCH_CHECK(validate(contender, true));
    XDPBENCH_CHECK(require_privileges());
    XDPBENCH_CHECK(require_timeable());
    if (base.judged && !base.scenario.bench)
        return input_error(fmt::format("the scenario {} has no bench", base.scenario.name),
                           "give it one, or name traffic: --pcap FILE");
    XDPBENCH_CHECK(require_checks(base));
    XDPBENCH_CHECK(require_checks(contender));
    Compared compared;
    compared.base = &base;
    compared.contender = &contender;
    XDPBENCH_TRY(compared.frames, load_frames(bench_traffic(base), base.scenario));
    XDPBENCH_TRY(compared.paths, find_paths(base, compared.frames));
    XDPBENCH_TRY(const Paths other, find_paths(contender, compared.frames));
    const auto [mine, theirs] = std::mismatch(
        compared.paths.returned.begin(), compared.paths.returned.end(), other.returned.begin());
    if (mine != compared.paths.returned.end()) {
        return Error{ErrorKind::invalid,
                     fmt::format("frame {} of {}: {} returns {}, {} returns {}",
                                 mine - compared.paths.returned.begin(), bench_traffic(base).text,
                                 base.object.string(), returned_text(*mine),
                                 contender.object.string(), returned_text(*theirs)),
                     "the two programs do different things: their times mean nothing side by side",
                     "give them traffic that both treat alike: --pcap FILE"};
    }
    return compared;
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

Result<ComparedCase> compare_case(BlockSource& blocks, ComparisonPlan plan, double seconds,
                                  const Progress& progress) {
    const Clock::time_point start = Clock::now();
    XDPBENCH_CHECK(blocks.measure());  // tells how long one takes; does not count
    const double each = seconds_since(start);
    plan.looks = plan_looks(static_cast<std::size_t>(std::max(0.0, seconds / each - 1)));
    plan.floor = std::max(plan.floor, blocks.resolution());
    ComparedCase result;
    result.measure = blocks.measures();
    result.floor = plan.floor;
    std::vector<double> floors;
    while (result.comparison.judgement == Judgement::undecided && seconds_since(start) < seconds) {
        const Result<Block> block = blocks.measure();
        if (!block) return block.error();
        result.ratios.push_back(block->ratio);
        result.control.push_back(block->control);
        result.base_samples.push_back(block->base_ns);
        result.contender_samples.push_back(block->contender_ns);
        floors.push_back(block->floor_ns);
        if (std::find(plan.looks.begin(), plan.looks.end(), result.ratios.size()) ==
            plan.looks.end())
            continue;
        result.comparison = compare_blocks(plan, result.ratios, result.control);
        progress(fmt::format("{} blocks, {:+.2f} %", result.ratios.size(),
                             result.comparison.effect * 100));
    }
    // The time is over before the next look: what was seen last stands, undecided.
    if (result.comparison.judgement == Judgement::undecided)
        result.comparison.judgement = Judgement::inconclusive;
    result.base_ns = median(result.base_samples).value_or(0);
    result.contender_ns = median(result.contender_samples).value_or(0);
    result.floor_ns = median(floors).value_or(0);
    result.seconds = seconds_since(start);
    return result;
}

Result<void> compare(const Compared& compared, const CompareOptions& options,
                     const Progress& progress, CompareRecord& record) {
    const Clock::time_point start = Clock::now();
    record.command_line = options.command_line;
    record.started =
        fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now()));
    for (const EnvironmentEntry& entry : describe_environment())
        record.environment.emplace_back(entry.key, entry.value);
    XDPBENCH_TRY(record.base, describe_program(*compared.base));
    XDPBENCH_TRY(record.contender, describe_program(*compared.contender));
    XDPBENCH_TRY(const PinnedThread pinned, PinnedThread::pin(measuring_cpu()));
    record.cpu = ::sched_getcpu();
    record.alpha = options.alpha;
    record.floor = options.floor;
    record.seed = options.seed;

    const std::vector<Kind> kinds = kinds_of(compared, options);
    ComparisonPlan plan;
    plan.alpha = options.alpha / static_cast<double>(kinds.size());
    plan.floor = options.floor;
    record.power = plan.power;
    for (const Kind& kind : kinds) {
        if (interrupted()) break;
        progress(fmt::format("compare {}", kind.name));
        const Progress told = [&](const std::string& line) {
            progress(fmt::format("compare {}: {}", kind.name, line));
        };
        const double budget = options.seconds / static_cast<double>(kinds.size());
        Result<std::unique_ptr<BlockSource>> source = kind.source(options.seed);
        Result<ComparedCase> measured =
            source ? compare_case(**source, plan, budget, told) : source.error();
        ComparedCase one = measured ? std::move(*measured) : not_measured(measured.error());
        one.name = kind.name;
        one.placement = kind.name == "test_run" ? "test_run" : "shared";
        one.traffic = bench_traffic(*compared.base).text;
        one.action = action_name(compared.paths.action);
        record.cases.push_back(std::move(one));
    }
    adjust(record.cases, options.alpha);
    record.interrupted = interrupted();
    record.seconds = seconds_since(start);
    record.exit_code = exit_code_of(record);
    return {};
}

int exit_code_of(const CompareRecord& record) {
    if (record.interrupted) return 130;
    bool slower = false;
    bool unclear = false;
    bool measured = false;
    for (const ComparedCase& one : record.cases) {
        const Judgement judgement = one.comparison.judgement;
        measured = measured || one.outcome != Outcome::skipped;
        if (one.outcome == Outcome::skipped) continue;
        slower = slower || (one.outcome == Outcome::passed && judgement == Judgement::slower);
        unclear = unclear || one.outcome != Outcome::passed ||
                  judgement == Judgement::inconclusive || judgement == Judgement::invalid ||
                  judgement == Judgement::undecided;
    }
    if (slower) return 1;
    if (unclear) return 3;
    return measured ? 0 : 4;
}

}  // namespace xdpbench
