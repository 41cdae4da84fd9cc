#include "bench/timed_traffic.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace xdpbench::bench {

Result<TimedTraffic> find_traffic(const target::Target& target, const target::TrafficShape& shape,
                                  const Settle& settle) {
    TimedTraffic traffic;
    XDPBENCH_TRY(traffic.frames, target::bench_frames(target, shape));
    XDPBENCH_TRY(traffic.paths, find_paths(target, traffic.frames, settle));
    return traffic;
}

Result<TimedTraffic> only_with(const target::Target& target, const TimedTraffic& whole,
                               model::Action action, const Settle& settle) {
    TimedTraffic some;
    for (std::size_t i = 0; i < whole.frames.size(); ++i) {
        if (whole.paths.returned[i] == static_cast<std::uint32_t>(action))
            some.frames.push_back(whole.frames[i]);
    }
    XDPBENCH_TRY(some.paths, find_paths(target, some.frames, settle));
    const std::uint64_t same = some.paths.tally[static_cast<std::size_t>(action)];
    if (same == some.frames.size()) return some;
    // As with any table of connections, where the first frame of a flow is treated otherwise.
    return unavailable_error(
        fmt::format("{} has no figure of its own: {} of the {} that take it in the whole traffic "
                    "take another path without the others",
                    model::action_name(action), thousands(some.frames.size() - same),
                    counted(some.frames.size(), "frame")),
        "their verdict depends on frames before them, such as an earlier one of their flow",
        "the cost of the whole mix is that of the test run");
}

std::vector<model::Action> verdicts_of(const Paths& paths) {
    std::vector<model::Action> actions;
    for (std::size_t i = 0; i < paths.tally.size(); ++i) {
        if (paths.tally[i] > 0) actions.push_back(static_cast<model::Action>(i));
    }
    std::stable_sort(actions.begin(), actions.end(), [&](model::Action a, model::Action b) {
        return paths.tally[static_cast<std::size_t>(a)] > paths.tally[static_cast<std::size_t>(b)];
    });
    return actions;
}

}  // namespace xdpbench::bench
