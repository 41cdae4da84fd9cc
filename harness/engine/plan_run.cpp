// Finds out whether a run can begin.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "engine/cases.h"
#include "engine/check.h"
#include "engine/run.h"
#include "kernel/privileges.h"
#include "traffic/frame_map.h"
#include "traffic/generator.h"

namespace xdpbench {
namespace {

// A setting means a variable or a map of one program.
Result<void> apply_settings(const std::vector<std::string>& settings,
                            std::vector<Subject>& subjects) {
    if (settings.empty()) return {};
    if (subjects.size() != 1)
        return input_error(fmt::format("--set with {} programs", subjects.size()),
                           "name one program: what is set is a variable or a map of it");
    Subject& subject = subjects.front();
    for (const std::string& text : settings) {
        Result<Assignment> setting = parse_assignment(text);
        if (!setting) return setting.error().in("--set");
        subject.settings.push_back(*std::move(setting));
        subject.option += fmt::format(" --set '{}'", text);
    }
    return {};
}

Result<std::vector<Subject>> find_subjects(const RunOptions& options) {
    std::vector<Subject> subjects;
    for (const std::string& program : options.programs) {
        if (program == "all") {
            XDPBENCH_TRY(std::vector<Subject> all, all_subjects());
            std::move(all.begin(), all.end(), std::back_inserter(subjects));
            continue;
        }
        XDPBENCH_TRY(Subject subject, find_subject(program));
        subjects.push_back(std::move(subject));
    }
    for (const std::string& file : options.scenarios) {
        XDPBENCH_TRY(Subject subject, subject_of(file));
        subjects.push_back(std::move(subject));
    }
    if (subjects.empty()) {
        return input_error("no program is named",
                           "say which one: --prog NAME (xdp-bench list shows them), --prog FILE.o "
                           "or --scenario FILE");
    }
    for (Subject& subject : subjects) {
        if (!options.traffic.empty()) subject = with_traffic(std::move(subject), options.traffic);
        if (options.pin_maps) subject.pins = PinnedMaps::shared;
    }
    return subjects;
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
    return {};
}

// Whether the traffic of the subject's bench can be brought into every shape asked for.
Result<void> require_shapes(const Subject& subject, const RunOptions& options) {
    if ((!options.bench && !options.search && !options.latency) || !has_bench(subject)) return {};
    for (const TrafficShape& shape : options.shapes) {
        if (shape.name().empty()) continue;
        XDPBENCH_TRY(const Frames frames, bench_frames(subject, shape));
        XDPBENCH_CHECK(Generator::require_count(frames.size(), longest_of(frames)));
    }
    return {};
}

bool asks_for_list(const std::vector<std::string>& flags) {
    return std::any_of(flags.begin(), flags.end(), [](const std::string& flag) {
        return flag.find("list_tests") != std::string::npos && !flag.ends_with("=false") &&
               !flag.ends_with("=0");
    });
}

}  // namespace

bool RunOptions::only_offload() const {
    return std::all_of(modes.begin(), modes.end(), [](Mode mode) { return mode == Mode::offload; });
}

bool RunOptions::offers_rates() const { return bench && !rates.empty(); }

Result<PlannedRun> plan_run(const RunOptions& options) {
    PlannedRun plan;
    plan.options = options;
    XDPBENCH_CHECK(sort_flags(options.passed_on, plan));
    plan.lists_tests = asks_for_list(plan.test_flags);
    plan.lists_benchmarks = asks_for_list(plan.benchmark_flags);
    plan.listing = plan.lists_tests || plan.lists_benchmarks;
    XDPBENCH_TRY(plan.subjects, find_subjects(options));
    XDPBENCH_CHECK(apply_settings(options.settings, plan.subjects));
    const bool sends = options.replay || options.bench || options.search || options.latency;
    for (const Subject& subject : plan.subjects) XDPBENCH_CHECK(validate(subject, sends));
    for (const Subject& subject : plan.subjects) XDPBENCH_CHECK(require_shapes(subject, options));
    XDPBENCH_CHECK(require_privileges());
    XDPBENCH_TRY(plan.cpus, plan_cpus(options.placement));
    XDPBENCH_CHECK(initialize_cases(plan.test_flags));
    return plan;
}

}  // namespace xdpbench
