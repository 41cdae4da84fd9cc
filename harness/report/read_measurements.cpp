// Benches, rates, searches and latencies of a result document.
#include <array>
#include <utility>

#include "latency.h"
#include "report/read_parts.h"

namespace xdpbench::report {
namespace {

stats::Disturbance disturbance_of(const std::string& name, const JsonReader& reader,
                                  const char* key) {
    if (name.empty()) return stats::Disturbance::none;
    for (const stats::Disturbance reason : stats::kReasons) {
        if (name == stats::name(reason)) return reason;
    }
    reader.note(key, "has \"" + name + "\", which is no reason to exclude a window");
    return stats::Disturbance::none;
}

std::vector<stats::Disturbance> read_disturbances(const JsonReader& reader) {
    std::vector<stats::Disturbance> disturbances;
    for (const std::string& name : reader.texts("disturbance"))
        disturbances.push_back(disturbance_of(name, reader, "disturbance"));
    return disturbances;
}

// Times of all windows, and how many of them do not count for which reason.
stats::WindowTally read_tally(const JsonReader& reader) {
    constexpr std::uint64_t kMostWindows = 100'000'000;
    stats::WindowEvidence rest{reader.number("wall_seconds"),   reader.number("cpu_seconds"),
                               reader.number("waited_seconds"), reader.number("throttled_seconds"),
                               reader.number("stolen_seconds"), reader.number("interrupt_seconds"),
                               reader.count("preemptions"),     reader.count("sleeps")};
    stats::WindowTally tally;
    const auto add = [&](std::uint64_t windows, stats::Disturbance reason) {
        if (windows > kMostWindows) return reader.note("windows", "is too large");
        for (std::uint64_t i = 0; i < windows; ++i)
            tally.add(std::exchange(rest, stats::WindowEvidence{}), reason);
    };
    add(reader.count("clean"), stats::Disturbance::none);
    for (const auto& [name, windows] : reader.counts_by_name("excluded"))
        add(windows, disturbance_of(name, reader, "excluded"));
    return tally;
}

stats::Estimate read_estimate(const JsonReader& reader) {
    stats::Estimate estimate;
    estimate.figure = reader.number("figure");
    estimate.interval = {reader.number("low"), reader.number("high"), reader.number("confidence")};
    return estimate;
}

model::BenchPrecision read_precision(const JsonReader& reader) {
    model::BenchPrecision precision;
    precision.wanted = reader.number("wanted");
    precision.windows = reader.count<std::size_t>("windows");
    precision.disturbed = reader.flag("disturbed");
    precision.ns_per_packet = read_estimate(reader.object("ns_per_packet"));
    precision.baseline_ns = read_estimate(reader.object("baseline_ns"));
    precision.program_ns = read_estimate(reader.object("program_ns"));
    return precision;
}

model::BenchState read_state(const JsonReader& reader) {
    model::BenchState state;
    state.fresh = reader.text("kind") == "fresh";
    state.steady = !reader.has("fewest");
    state.passes = reader.count<std::size_t>("passes");
    state.mix = read_actions(reader, "verdicts");
    state.first = read_actions(reader, "first_pass");
    state.kept = reader.texts("maps_not_restored");
    state.lowest = read_actions(reader, "fewest");
    state.highest = read_actions(reader, "most");
    return state;
}

model::BenchRound read_round(const JsonReader& reader, double clock_cycle_ns) {
    model::BenchRound round;
    round.offered = reader.count("offered");
    round.processed = reader.count("processed");
    round.forwarded = reader.count("forwarded");
    round.seconds = reader.number("seconds");
    round.baseline_packets = reader.count("baseline_packets");
    round.baseline_seconds = reader.number("baseline_seconds");
    round.window_ns = reader.numbers("window_ns");
    round.baseline_window_ns = reader.numbers("baseline_window_ns");
    round.cycle_ns = reader.numbers("cycle_ns");
    round.core_ipc = reader.numbers("core_ipc");
    round.shared = reader.flags("contended");
    round.started = reader.numbers("window_started");
    round.disturbance = read_disturbances(reader);
    if (!round.cycle_ns.empty()) round.clock_cycle_ns = clock_cycle_ns;
    // What is measured with each window has as many entries as there are windows, or none.
    const std::size_t windows = round.window_ns.size();
    const auto fits = [&](const char* key, std::size_t size) {
        if (size != 0 && size != windows)
            reader.note(key, "has another number of entries than window_ns");
    };
    fits("baseline_window_ns", round.baseline_window_ns.size());
    fits("cycle_ns", round.cycle_ns.size());
    fits("core_ipc", round.core_ipc.size());
    fits("contended", round.shared.size());
    fits("disturbance", round.disturbance.size());
    fits("window_started", round.started.size());
    if (!round.cycle_ns.empty() && round.baseline_window_ns.size() != windows)
        reader.note("cycle_ns", "comes without baseline_window_ns");
    return round;
}

model::BenchRecord read_bench(const JsonReader& reader) {
    model::BenchRecord bench;
    read_common(reader, bench);
    const double gigahertz = reader.number("clock_gigahertz");
    bench.clock_cycle_ns = gigahertz > 0 ? 1 / gigahertz : 0;
    for (const JsonReader& round : reader.objects("rounds"))
        bench.rounds.push_back(read_round(round, bench.clock_cycle_ns));
    bench.cpus = read_cpu_tallies(reader);
    bench.seconds = reader.number("seconds");
    bench.core_ipc = reader.number("core_ipc");
    bench.actions = read_actions(reader, "actions");
    bench.received = reader.count("received");
    bench.passed = reader.count("passed");
    bench.forwarded = reader.count("forwarded");
    if (reader.has("xsk")) bench.xsk = read_xsk(reader.object("xsk"));
    bench.passed_cpus = read_by_cpu(reader, "passed_by_cpu");
    bench.baseline_cpus = read_cpus(reader, "baseline_cpus");
    bench.losses = read_losses(reader);
    bench.measured_seconds = reader.number("measured_seconds");
    bench.user_seconds = reader.number("harness_seconds");
    bench.bound = read_bound(reader);
    bench.evidence = reader.text("evidence");
    bench.cpu_time = reader.text("timed_by") == "cpu_time";
    if (reader.has("window_evidence")) bench.windows = read_tally(reader.object("window_evidence"));
    if (reader.has("state")) bench.state = read_state(reader.object("state"));
    bench.first_figure_seconds = reader.number("first_figure_seconds");
    if (reader.has("precision")) bench.precision = read_precision(reader.object("precision"));
    return bench;
}

std::vector<model::Trial> read_trials(const JsonReader& reader, const char* key) {
    std::vector<model::Trial> trials;
    for (const JsonReader& one : reader.objects(key)) {
        model::Trial trial;
        trial.rate = one.number("rate_pps");
        trial.seconds = one.number("seconds");
        trial.sent = one.count("sent");
        trial.sent_by_cpu = one.counts("sent_by_cpu");
        trial.sent_seconds = one.number("sent_seconds");
        trial.worst_lag = one.number("worst_lag_seconds");
        trial.processed = one.count("processed");
        trial.forwarded = one.count("forwarded");
        trial.losses = read_losses(one);
        trials.push_back(std::move(trial));
    }
    return trials;
}

model::SearchedGoal read_goal(const JsonReader& reader) {
    model::SearchedGoal searched;
    searched.goal.loss_ratio = reader.number("loss_ratio");
    searched.goal.exceed_ratio = reader.number("exceed_ratio");
    searched.goal.initial_seconds = reader.number("initial_trial_seconds");
    searched.goal.final_seconds = reader.number("final_trial_seconds");
    searched.goal.duration_sum = reader.number("duration_sum_seconds");
    searched.goal.width = reader.number("width");
    searched.result.bounds.lower = reader.maybe_number("lower_pps");
    searched.result.bounds.upper = reader.maybe_number("upper_pps");
    searched.result.reached = reader.flag("reached");
    searched.result.conditional_throughput = reader.number("conditional_throughput_pps");
    searched.bound = read_bound(reader);
    searched.evidence = reader.text("evidence");
    return searched;
}

void read_buckets(const JsonReader& reader, stats::LatencyHistogram& histogram) {
    if (!reader.has("buckets")) return;
    for (const Json& bucket : reader.json().at("buckets")) {
        const bool right = bucket.is_array() && bucket.size() == 3 &&
                           bucket[0].is_number_unsigned() && bucket[2].is_number_unsigned();
        if (!right)
            return reader.note("buckets", "has an entry that is no [lowest, highest, frames]");
        histogram.add(latency_bucket(bucket[0].get<std::uint64_t>()),
                      bucket[2].get<std::uint64_t>());
    }
}

model::LatencySeries read_series(const JsonReader& reader) {
    constexpr std::array kThrough{model::Through::program, model::Through::baseline};
    using enum model::End;
    constexpr std::array kEnds{nowhere, tester, stack, far};
    model::LatencySeries series;
    series.through = reader.named<model::Through>(
        "through", kThrough, [](model::Through one) { return model::name_of(one); });
    series.place = reader.named<model::End>("place", kEnds,
                                            [](model::End one) { return model::name_of(one); });
    series.arrived = reader.count("arrived");
    read_buckets(reader, series.histogram);
    series.histogram.note_longest(reader.count("max_ns"));
    return series;
}

model::LoadRecord read_load(const JsonReader& reader, model::LoadKind kind) {
    model::LoadRecord load;
    read_common(reader, load);
    load.kind = kind;
    load.rate = reader.number("rate_pps");
    load.share = reader.number("share");
    load.burst = reader.count<std::uint32_t>("burst");
    load.stamped = reader.flag("stamped");
    load.trials = read_trials(reader, "trials");
    load.seconds = reader.number("seconds");
    load.probes = read_trials(reader, "probes");
    if (kind == model::LoadKind::search) {
        load.range.min = reader.number("min_pps");
        load.range.max = reader.number("max_pps");
    }
    for (const JsonReader& goal : reader.objects("goals")) load.goals.push_back(read_goal(goal));
    load.baseline_trials = read_trials(reader, "baseline_trials");
    for (const JsonReader& series : reader.objects("series"))
        load.latencies.push_back(read_series(series));
    load.clock_ns = reader.number("clock_ns");
    load.lengthened = reader.count("lengthened_frames");
    return load;
}

}  // namespace

std::vector<model::BenchRecord> read_benches(const JsonReader& document) {
    std::vector<model::BenchRecord> benches;
    for (const JsonReader& bench : document.objects("benches"))
        benches.push_back(read_bench(bench));
    return benches;
}

std::vector<model::LoadRecord> read_loads(const JsonReader& document) {
    std::vector<model::LoadRecord> loads;
    for (const auto& [key, kind] :
         {std::pair{"rates", model::LoadKind::rate}, std::pair{"searches", model::LoadKind::search},
          std::pair{"latencies", model::LoadKind::latency}}) {
        for (const JsonReader& load : document.objects(key)) loads.push_back(read_load(load, kind));
    }
    return loads;
}

}  // namespace xdpbench::report
