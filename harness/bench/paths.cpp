#include "bench/paths.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "bpf/counters.h"
#include "bpf/test_run.h"

namespace xdpbench::bench {
namespace {

constexpr const char* kStateful = "the program's verdict depends on what it has seen before";
constexpr const char* kOtherTraffic = "give it traffic whose verdicts stay";

}  // namespace

void find_main_path(Paths& paths) {
    const auto most = std::max_element(paths.tally.begin(), paths.tally.end());
    paths.action = static_cast<model::Action>(most - paths.tally.begin());
    paths.mixed = *most != paths.returned.size();
}

Result<Paths> find_paths(const target::Target& target, const packet::Frames& frames) {
    XDPBENCH_TRY(const target::LoneProgram lone, target::load_alone(target));
    bpf::TestRunner runner(lone.program.fd());
    Paths paths;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        XDPBENCH_TRY(const bpf::TestRunOutput output, runner.run(frames[i].bytes));
        if (output.returned >= paths.tally.size())
            return Error{ErrorKind::invalid,
                         fmt::format("frame {} of the traffic returned {}", i,
                                     bpf::returned_text(output.returned)),
                         {},
                         "such a program drops it in a driver; correct it first"};
        if (target.judged &&
            output.returned != static_cast<std::uint32_t>(target.scenario.bench->action)) {
            return Error{ErrorKind::invalid,
                         fmt::format("{} is to be timed, but frame {} of {} takes {}",
                                     model::action_name(target.scenario.bench->action), i,
                                     target.scenario.bench->traffic.text,
                                     bpf::returned_text(output.returned)),
                         {},
                         "correct the scenario's bench, or the program"};
        }
        ++paths.tally[output.returned];
        paths.returned.push_back(output.returned);
    }
    find_main_path(paths);
    return paths;
}

Result<void> PathWatch::note(const traffic::TimedRuns& timed) {
    const std::vector<std::uint32_t>& returned = paths_->returned;
    if (timed.returned != returned[timed.frame]) {
        return Error{ErrorKind::invalid,
                     fmt::format("frame {} returned {} while it was timed, but {} before",
                                 timed.frame, bpf::returned_text(timed.returned),
                                 bpf::returned_text(returned[timed.frame])),
                     kStateful, kOtherTraffic};
    }
    const std::uint64_t count = returned.size();
    note((timed.frame + count - (timed.runs - 1) % count) % count, timed.runs);
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
    if (!counters) return {};
    const model::ActionTally expected = tally();
    const bpf::ActionCounters sums = bpf::sum_cpus(*counters);
    for (std::size_t action = 0; action < expected.size(); ++action) {
        if (sums[action].packets == expected[action]) continue;
        return Error{ErrorKind::invalid,
                     fmt::format("{} packets were to take {} while they were timed, but the "
                                 "program counted {}",
                                 thousands(expected[action]),
                                 model::action_name(static_cast<model::Action>(action)),
                                 thousands(sums[action].packets)),
                     kStateful, kOtherTraffic};
    }
    return {};
}

}  // namespace xdpbench::bench
