#include "run/plan_run.h"

// Finds out whether a run can begin.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "check/check.h"
#include "check/validate.h"
#include "probe/oldest_kernel.h"
#include "probe/privileges.h"
#include "run/cases.h"
#include "run/library_flags.h"
#include "run/selection.h"
#include "traffic/frame_map.h"
#include "traffic/generator.h"

namespace xdpbench::run {
namespace {

// Long enough to tell a busy CPU from a quiet one by clock ticks of 10 ms.
constexpr double kWatchSeconds = 0.2;

// A setting means a variable or a map of one program.
Result<void> apply_settings(const std::vector<std::string>& settings,
                            std::vector<target::Target>& targets) {
    if (settings.empty()) return {};
    if (targets.size() != 1)
        return input_error(fmt::format("--set with {} programs", targets.size()),
                           "name one program: what is set is a variable or a map of it");
    target::Target& target = targets.front();
    for (const std::string& text : settings) {
        Result<scenario::Assignment> setting = scenario::parse_assignment(text);
        if (!setting) return setting.error().in("--set");
        target.settings.push_back(*std::move(setting));
    }
    return {};
}

Result<std::vector<target::Target>> targets_by_name(const std::vector<std::string>& programs) {
    std::vector<target::Target> targets;
    for (const std::string& program : programs) {
        if (program == "all") {
            XDPBENCH_TRY(std::vector<target::Target> all, target::all_targets());
            std::move(all.begin(), all.end(), std::back_inserter(targets));
            continue;
        }
        XDPBENCH_TRY(target::Target target, target::find_target(program));
        targets.push_back(std::move(target));
    }
    return targets;
}

// One loaded program and one scenario: the scenario is about that program, whatever it names.
bool go_together(const std::vector<target::Target>& named,
                 const std::vector<std::string>& scenarios) {
    return scenarios.size() == 1 && named.size() == 1 && named.front().existing;
}

Result<std::vector<target::Target>> find_targets(const RunOptions& options) {
    XDPBENCH_TRY(std::vector<target::Target> targets, targets_by_name(options.programs));
    const bool together = go_together(targets, options.scenarios);
    for (const std::string& file : options.scenarios) {
        XDPBENCH_TRY(target::Target target, target::target_of(file, together));
        if (together) {
            target.option = targets.front().option + " " + target.option;
            targets.front() = target::with_program(std::move(target), targets.front());
        } else {
            targets.push_back(std::move(target));
        }
    }
    if (targets.empty()) {
        return input_error("option --prog is missing: no program is named",
                           "choose one: --prog NAME (xdp-bench list shows them), --prog FILE.o, "
                           "--prog dev:INTERFACE or --scenario FILE");
    }
    for (target::Target& target : targets) {
        if (!options.traffic.empty())
            target = target::with_traffic(std::move(target), options.traffic);
        if (options.pin_maps) target.pins = bpf::PinnedMaps::shared;
    }
    return targets;
}

Result<void> sort_flags(const std::vector<std::string>& flags, PlannedRun& plan) {
    for (const std::string& flag : flags) {
        if (flag.starts_with("--gtest_")) {
            plan.test_flags.push_back(flag);
        } else if (flag.starts_with("--benchmark_")) {
            plan.benchmark_flags.push_back(flag);
        } else {
            return input_error(
                fmt::format("{} after -- is neither a --gtest_ nor a --benchmark_ flag", flag));
        }
    }
    return require_benchmark_flags(plan.benchmark_flags);
}

// Whether the traffic of the target's bench can be brought into every shape asked for.
Result<void> require_shapes(const target::Target& target, const RunOptions& options) {
    if ((!options.bench && !options.search && !options.latency) || !target::has_bench(target))
        return {};
    for (const target::TrafficShape& shape : options.shapes) {
        if (shape.name().empty()) continue;
        XDPBENCH_TRY(const packet::Frames frames, target::bench_frames(target, shape));
        XDPBENCH_CHECK(traffic::Generator::require_sendable(frames));
    }
    return {};
}

}  // namespace

Result<PlannedRun> plan_run(const RunOptions& options) {
    PlannedRun plan;
    plan.options = options;
    XDPBENCH_CHECK(sort_flags(options.passed_on, plan));
    plan.lists_tests = asks_for_list(plan.test_flags);
    plan.lists_benchmarks = asks_for_list(plan.benchmark_flags);
    plan.listing = plan.lists_tests || plan.lists_benchmarks;
    XDPBENCH_TRY(plan.targets, find_targets(options));
    XDPBENCH_CHECK(apply_settings(options.settings, plan.targets));
    for (target::Target& target : plan.targets) target.xsk = options.xsk;
    for (target::Target& target : plan.targets)
        XDPBENCH_CHECK(target::permit(target, options.shared_state, plan.restored, plan.notes));
    XDPBENCH_CHECK(target::require_restorable(options.shared_state, plan.restored));
    const bool sends = options.replay || options.bench || options.search || options.latency;
    for (const target::Target& target : plan.targets)
        XDPBENCH_CHECK(check::validate(target, sends));
    for (const target::Target& target : plan.targets)
        XDPBENCH_CHECK(require_shapes(target, options));
    XDPBENCH_CHECK(probe::require_privileges());
    XDPBENCH_CHECK(probe::require_kernel());
    const bool loads = options.bench || options.search || options.latency;
    XDPBENCH_TRY(plan.cpus,
                 traffic::plan_cpus(options.placement, loads && !plan.listing ? kWatchSeconds : 0));
    XDPBENCH_TRY(plan.sharded, is_one_of_several_shards());
    XDPBENCH_CHECK(initialize_cases(plan.test_flags));
    return plan;
}

}  // namespace xdpbench::run
