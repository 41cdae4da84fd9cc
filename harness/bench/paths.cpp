#include "bench/paths.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/bpf.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "bpf/counters.h"
#include "bpf/test_run.h"
#include "target/lone_program.h"

namespace xdpbench::bench {
namespace {

constexpr const char* kStateful =
    "the program's verdict depends on time, on what it has seen before, on the CPU, or on the "
    "interface that a frame comes in by (lo in test runs)";
constexpr const char* kOtherTraffic =
    "give it traffic whose verdicts stay; if they depend on what it has seen before, repeat the "
    "traffic more often before: --settle N";

}  // namespace

void find_main_path(Paths& paths) {
    const auto most = std::max_element(paths.tally.begin(), paths.tally.end());
    paths.action = static_cast<model::Action>(most - paths.tally.begin());
    paths.mixed = *most != paths.returned.size();
}

namespace {

struct Pass {
    std::vector<std::uint32_t> returned;
    model::ActionTally tally{};
};

std::size_t hash_of(const bpf::TestRunOutput& output) {
    if (output.returned == XDP_DROP || output.returned == XDP_ABORTED) return 0;
    return std::hash<std::string_view>()(
        {reinterpret_cast<const char*>(output.frame.data()), output.frame.size()});
}

// `made`: Paths::made, if it is asked for.
Result<Pass> run_pass(bpf::TestRunner& runner, const packet::Frames& frames,
                      std::vector<std::size_t>* made = nullptr) {
    Pass pass;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        XDPBENCH_TRY(const bpf::TestRunOutput output, runner.run(frames[i].bytes));
        if (output.returned >= pass.tally.size())
            return Error{ErrorKind::invalid,
                         fmt::format("frame {} of the traffic returned {}", i,
                                     bpf::returned_text(output.returned)),
                         {},
                         "such a program drops it in a driver; correct it first"};
        ++pass.tally[output.returned];
        pass.returned.push_back(output.returned);
        if (made != nullptr) made->push_back(hash_of(output));
    }
    return pass;
}

void take(Pass pass, Paths& paths) {
    for (std::size_t i = 0; i < pass.tally.size(); ++i) {
        paths.lowest[i] = std::min(paths.lowest[i], pass.tally[i]);
        paths.highest[i] = std::max(paths.highest[i], pass.tally[i]);
    }
    paths.returned = std::move(pass.returned);
    paths.tally = pass.tally;
}

// Whether the verdicts stay when the traffic begins one frame later in what the program has seen:
// it may count frames. Then each pass of an even number of frames is like the one before, but a
// bench does not begin and end its windows with whole passes.
Result<bool> keeps_its_verdicts(bpf::TestRunner& runner, const packet::Frames& frames,
                                const Paths& paths) {
    XDPBENCH_CHECK(runner.run(frames.back().bytes));
    XDPBENCH_TRY(const Pass shifted, run_pass(runner, frames));
    return shifted.returned == paths.returned;
}

Result<void> repeat(bpf::TestRunner& runner, const packet::Frames& frames, const Settle& settle,
                    Paths& paths) {
    constexpr std::uint64_t kLonger = 10;  // while verdicts change
    constexpr std::size_t kFewest = 2;     // to see whether the second one changed anything
    std::size_t passes = 0;
    const auto enough = [&] {
        const std::uint64_t most = settle.runs * (paths.passes * 2 > passes ? kLonger : 1);
        return passes >= settle.passes || (passes >= kFewest && passes * frames.size() >= most);
    };
    while (!enough()) {
        if (interrupted()) return interrupted_error();
        XDPBENCH_TRY(Pass pass, run_pass(runner, frames));
        ++passes;
        if (pass.returned != paths.returned) paths.passes = passes;
        take(std::move(pass), paths);
    }
    paths.steady = paths.passes * 4 <= passes * 3;
    if (paths.steady && passes > 0) {
        XDPBENCH_TRY(paths.steady, keeps_its_verdicts(runner, frames, paths));
    }
    if (paths.steady) paths.lowest = paths.highest = paths.tally;
    return {};
}

// Of a program that takes long, fewer: to settle it would take longer than what is measured then.
std::uint64_t runs_within(double seconds_each, std::uint64_t runs) {
    constexpr double kSeconds = 2;
    const double affordable = kSeconds / std::max(seconds_each, 1e-9);
    return affordable < static_cast<double>(runs) ? static_cast<std::uint64_t>(affordable) : runs;
}

Result<void> require_path(const target::Target& target, const Paths& paths) {
    if (!target.judged) return {};
    const auto wanted = static_cast<std::uint32_t>(target.scenario.bench->action);
    const auto other = std::find_if(paths.returned.begin(), paths.returned.end(),
                                    [&](std::uint32_t returned) { return returned != wanted; });
    if (other == paths.returned.end()) return {};
    return Error{ErrorKind::invalid,
                 fmt::format("{} is to be timed, but frame {} of {} takes {}",
                             model::action_name(target.scenario.bench->action),
                             other - paths.returned.begin(), target.scenario.bench->traffic.text,
                             bpf::returned_text(*other)),
                 {},
                 "correct the scenario's bench, or the program"};
}

// Of a program that the kernel does not test-run nobody knows the verdicts but the scenario. They
// are verified by the counts of the bench.
Result<Paths> told_paths(const target::Target& target, const packet::Frames& frames) {
    if (!target.judged)
        return unavailable_error(
            "the program reads rx metadata, and the kernel does not test-run it, so the verdict "
            "that is to be timed is not known",
            {}, "name it in a scenario: bench: { traffic: FILE, action: XDP_PASS }");
    Paths paths;
    paths.action = target.scenario.bench->action;
    paths.returned.assign(frames.size(), static_cast<std::uint32_t>(paths.action));
    paths.tally[static_cast<std::size_t>(paths.action)] = frames.size();
    paths.first = paths.lowest = paths.highest = paths.tally;
    return paths;
}

}  // namespace

Result<Paths> find_paths(const target::Target& target, const packet::Frames& frames,
                         const Settle& settle) {
    XDPBENCH_TRY(const target::LoneProgram lone, target::load_alone(target));
    if (lone.is_sent()) return told_paths(target, frames);
    XDPBENCH_TRY(const std::optional<net::InNetNs> inside, lone.enter());
    bpf::TestRunner runner(lone.program.fd(), lone.context());
    Paths paths;
    const Clock::time_point start = Clock::now();
    XDPBENCH_TRY(Pass pass, run_pass(runner, frames, &paths.made));
    Settle affordable = settle;
    affordable.runs =
        runs_within(seconds_since(start) / static_cast<double>(frames.size()), settle.runs);
    paths.first = paths.lowest = paths.highest = pass.tally;
    take(std::move(pass), paths);
    XDPBENCH_CHECK(repeat(runner, frames, affordable, paths));
    XDPBENCH_CHECK(require_path(target, paths));
    find_main_path(paths);
    return paths;
}

Result<void> require_steady(const Paths& paths) {
    if (paths.steady) return {};
    return unavailable_error(
        "the same frame does not always get the same verdict, so end to end there is no baseline "
        "with the same verdicts",
        "the verdicts depend on time, on chance, on the number of frames, or on state that keeps "
        "changing",
        "the test run has the cost of the mix as it occurs");
}

Result<void> bring_to_state(const bpf::Program& program, const packet::Frames& frames,
                            const Paths& paths) {
    bpf::TestRunner runner(program.fd());
    for (std::size_t i = 0; i < paths.passes && paths.steady; ++i) {
        if (interrupted()) return interrupted_error();
        XDPBENCH_CHECK(run_pass(runner, frames));
    }
    return {};
}

Result<void> PathWatch::start(const bpf::Program& program) {
    XDPBENCH_TRY(const auto counters, bpf::read_counters(program));
    if (!counters) return {};
    const bpf::ActionCounters sums = bpf::sum_cpus(*counters);
    for (std::size_t action = 0; action < before_.size(); ++action)
        before_[action] = sums[action].packets;
    return {};
}

Result<void> PathWatch::note(const traffic::TimedRuns& timed) {
    const std::vector<std::uint32_t>& returned = paths_->returned;
    if (timed.returned < last_.size()) ++last_[timed.returned];
    if (paths_->steady && timed.returned != returned[timed.frame]) {
        return Error{ErrorKind::invalid,
                     fmt::format("frame {} returned {} while it was timed, but {} before",
                                 timed.frame, bpf::returned_text(timed.returned),
                                 bpf::returned_text(returned[timed.frame])),
                     kStateful, kOtherTraffic};
    }
    const std::uint64_t count = returned.size();
    const std::uint64_t runs = timed.cut_runs + timed.runs;
    note((timed.frame + count - (runs - 1) % count) % count, runs);
    return {};
}

void PathWatch::note(std::uint64_t first, std::uint64_t count) {
    const std::uint64_t all = paths_->returned.size();
    turns_ += count / all;
    // The frames of the turn that is not whole: written down by its ends alone, because this is
    // done after every window, however many frames there are.
    const std::uint64_t rest = count % all;
    if (rest == 0) return;
    first %= all;
    const std::uint64_t end = (first + rest - 1) % all + 1;
    if (first >= end) ++steps_[0];
    ++steps_[first];
    --steps_[end];
}

model::ActionTally PathWatch::tally() const {
    if (!paths_->steady) return last_;
    model::ActionTally sums{};
    std::int64_t rests = 0;
    for (std::size_t i = 0; i < paths_->returned.size(); ++i) {
        rests += steps_[i];
        sums[paths_->returned[i]] += turns_ + static_cast<std::uint64_t>(rests);
    }
    return sums;
}

Result<void> PathWatch::verify(const model::ActionTally& counted_packets) const {
    const model::ActionTally expected = tally();
    std::uint64_t strayed = 0;
    std::uint64_t all = 0;
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        all += counted_packets[i];
        if (counted_packets[i] <= expected[i]) continue;
        strayed += counted_packets[i] - expected[i];
        paths.push_back(fmt::format("{} {} instead of {}", thousands(counted_packets[i]),
                                    model::action_name(static_cast<model::Action>(i)),
                                    thousands(expected[i])));
    }
    if (strayed == 0) return {};
    return Error{ErrorKind::invalid,
                 fmt::format("{} of {} took another path while they were timed than in the test "
                             "runs before: {}",
                             thousands(strayed), counted(all, "frame"), fmt::join(paths, ", ")),
                 kStateful, kOtherTraffic};
}

Result<void> PathWatch::verify(const bpf::Program& program) const {
    XDPBENCH_TRY(const auto counters, bpf::read_counters(program));
    if (!counters || !paths_->steady || program.is_shared()) return {};
    const model::ActionTally expected = tally();
    const bpf::ActionCounters sums = bpf::sum_cpus(*counters);
    for (std::size_t action = 0; action < expected.size(); ++action) {
        const std::uint64_t packets = sums[action].packets - before_[action];
        if (packets == expected[action]) continue;
        return Error{
            ErrorKind::invalid,
            fmt::format("{} packets were to take {} while they were timed, but the "
                        "program counted {}",
                        thousands(expected[action]),
                        model::action_name(static_cast<model::Action>(action)), thousands(packets)),
            kStateful, kOtherTraffic};
    }
    return {};
}

}  // namespace xdpbench::bench
