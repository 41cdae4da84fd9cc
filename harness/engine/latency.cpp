#include "engine/latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "traffic/clock_cost.h"

namespace xdpbench {
namespace {

struct LatencyEnd {
    const char* place;
    const Sink* sink;  // none: there is no such end
    std::uint64_t arrived;
};

std::array<LatencyEnd, 3> ends_of(const EquippedLane& lane, const LaneCounts& counts) {
    return {{{"tester", &lane.tester_sink(), counts.received},
             {"stack", &lane.stack_sink(), counts.passed},
             {"far end", lane.far_sink(), counts.forwarded}}};
}

LatencySeries& series_of(LoadRecord& record, bool floor, const char* place) {
    const auto found =
        std::find_if(record.latencies.begin(), record.latencies.end(),
                     [&](const LatencySeries& s) { return s.floor == floor && s.place == place; });
    if (found != record.latencies.end()) return *found;
    LatencySeries& added = record.latencies.emplace_back();
    added.floor = floor;
    added.place = place;
    return added;
}

// The latencies of one trial, checked against what arrived.
Result<void> take(const EquippedLane& lane, const LaneCounts& counts, bool floor,
                  LoadRecord& record) {
    for (const LatencyEnd& end : ends_of(lane, counts)) {
        if (end.sink == nullptr) continue;
        XDPBENCH_TRY(const Latencies taken, end.sink->take_latencies());
        if (taken.unstamped > 0) {
            return Error{
                ErrorKind::invalid,
                fmt::format("{} of {} that arrived at the {} had no time stamp",
                            thousands(taken.unstamped), counted(end.arrived, "frame"), end.place),
                "the program changes or cuts off the end of the frame",
                "its latency cannot be measured this way"};
        }
        if (taken.histogram.samples() != end.arrived) {
            return Error{ErrorKind::invalid,
                         fmt::format("{} arrived at the {}, but the histogram has {}",
                                     counted(end.arrived, "frame"), end.place,
                                     thousands(taken.histogram.samples())),
                         "a fault of xdp-bench", "please report it"};
        }
        if (end.arrived == 0) continue;
        LatencySeries& series = series_of(record, floor, end.place);
        series.histogram.add(taken.histogram);
        series.arrived += end.arrived;
    }
    return {};
}

// What a search before counted.
Result<void> forget(const EquippedLane& lane) {
    for (const LatencyEnd& end : ends_of(lane, {})) {
        if (end.sink != nullptr) XDPBENCH_CHECK(end.sink->take_latencies());
    }
    return {};
}

Result<void> run_once(TrialRig& rig, bool floor, double seconds, LoadRecord& record) {
    XDPBENCH_TRY(CountedTrial run, rig.run(floor, record.rate, seconds));
    XDPBENCH_CHECK(take(rig.lane(floor), run.counts, floor, record));
    (floor ? record.floor_trials : record.trials).push_back(std::move(run.trial));
    return {};
}

}  // namespace

Result<void> measure_latency(TrialRig& rig, double seconds, int rounds,
                             const std::function<void(const std::string&)>& progress,
                             LoadRecord& record) {
    record.lengthened = rig.lengthened();
    XDPBENCH_TRY(record.clock_ns, measure_clock());
    XDPBENCH_CHECK(forget(rig.lane(false)));
    XDPBENCH_CHECK(forget(rig.lane(true)));
    for (int round = 0; round < rounds; ++round) {
        progress(fmt::format("{} {}/{}: round {}", record.title(), record.program, record.mode,
                             round + 1));
        const bool floor_first = round % 2 == 1;
        XDPBENCH_CHECK(run_once(rig, floor_first, seconds, record));
        XDPBENCH_CHECK(run_once(rig, !floor_first, seconds, record));
    }
    return {};
}

}  // namespace xdpbench
