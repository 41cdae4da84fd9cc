#include "bench/latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "traffic/clock_cost.h"

namespace xdpbench::bench {
namespace {

struct LatencyEnd {
    model::End place;
    const traffic::Arrivals* sink;  // none: there is no such end
    std::uint64_t arrived;
};

std::array<LatencyEnd, 3> ends_of(const testbed::InstrumentedLink& link,
                                  const testbed::LinkCounts& counts) {
    return {{{model::End::tester, &link.tester_sink(), counts.received},
             {model::End::stack, &link.stack_sink(), counts.passed},
             {model::End::far, link.far_sink(), counts.forwarded}}};
}

model::LatencySeries& series_of(model::LoadRecord& record, model::Through through,
                                model::End place) {
    const auto found = std::find_if(
        record.latencies.begin(), record.latencies.end(),
        [&](const model::LatencySeries& s) { return s.through == through && s.place == place; });
    if (found != record.latencies.end()) return *found;
    model::LatencySeries& added = record.latencies.emplace_back();
    added.through = through;
    added.place = place;
    return added;
}

// The latencies of one trial, checked against what arrived.
Result<void> take(const testbed::InstrumentedLink& link, const testbed::LinkCounts& counts,
                  bool baseline, model::LoadRecord& record) {
    const model::Through through = baseline ? model::Through::baseline : model::Through::program;
    for (const LatencyEnd& end : ends_of(link, counts)) {
        if (end.sink == nullptr) continue;
        XDPBENCH_TRY(const traffic::Latencies taken, end.sink->take_latencies());
        XDPBENCH_CHECK(
            require_all_timed(taken, end.arrived, std::string(model::name_of(end.place))));
        if (end.arrived == 0) continue;
        model::LatencySeries& series = series_of(record, through, end.place);
        series.histogram.add(taken.histogram);
        series.arrived += end.arrived;
    }
    return {};
}

// What a search before counted.
Result<void> forget(const testbed::InstrumentedLink& link) {
    for (const LatencyEnd& end : ends_of(link, {})) {
        if (end.sink != nullptr) XDPBENCH_CHECK(end.sink->take_latencies());
    }
    return {};
}

Result<void> run_once(TrialRig& rig, bool baseline, double seconds, model::LoadRecord& record) {
    XDPBENCH_TRY(CountedTrial run, rig.run(baseline, record.rate, seconds));
    XDPBENCH_CHECK(take(rig.link(baseline), run.counts, baseline, record));
    (baseline ? record.baseline_trials : record.trials).push_back(std::move(run.trial));
    return {};
}

}  // namespace

Result<void> require_all_timed(const traffic::Latencies& taken, std::uint64_t arrived,
                               const std::string& place) {
    if (taken.unstamped > 0) {
        return Error{ErrorKind::invalid,
                     fmt::format("{} of {} that arrived at the {} had no time stamp",
                                 thousands(taken.unstamped), counted(arrived, "frame"), place),
                     "the program changes or cuts off the end of the frame",
                     "its latency cannot be measured this way"};
    }
    if (taken.histogram.samples() != arrived) {
        return Error{
            ErrorKind::invalid,
            fmt::format("{} arrived at the {}, but the histogram has {}", counted(arrived, "frame"),
                        place, thousands(taken.histogram.samples())),
            "a fault of xdp-bench", "please report it"};
    }
    return {};
}

Result<void> measure_latency(TrialRig& rig, double seconds, int rounds,
                             const std::function<void(const std::string&)>& progress,
                             model::LoadRecord& record) {
    record.lengthened = rig.lengthened();
    XDPBENCH_TRY(record.clock_ns, traffic::measure_clock());
    XDPBENCH_CHECK(forget(rig.link(false)));
    XDPBENCH_CHECK(forget(rig.link(true)));
    for (int round = 0; round < rounds; ++round) {
        progress(fmt::format("{} {}/{}: round {}", model::name_of(record.kind),
                             record.setup.program, model::attach_name(record.setup.mode),
                             round + 1));
        const bool baseline_first = round % 2 == 1;
        XDPBENCH_CHECK(run_once(rig, baseline_first, seconds, record));
        XDPBENCH_CHECK(run_once(rig, !baseline_first, seconds, record));
    }
    return {};
}

}  // namespace xdpbench::bench
