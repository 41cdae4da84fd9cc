#include "report/bench_json.h"

#include <functional>
#include <string>
#include <vector>

#include "stats/summary.h"

namespace xdpbench::report {
namespace {

using report::to_json;  // of report/json_parts.h, which those here would hide

Json to_json(const model::BenchRound& round) {
    Json json{{"offered", round.offered},
              {"processed", round.processed},
              {"forwarded", round.forwarded},
              {"seconds", round.seconds},
              {"baseline_packets", round.baseline_packets},
              {"baseline_seconds", round.baseline_seconds},
              {"windows", round.window_ns.size()},
              {"window_ns", round.window_ns},
              {"baseline_window_ns", round.baseline_window_ns},
              {"ns_per_packet", round.ns_per_packet()},
              {"baseline_ns", round.baseline_ns()},
              {"program_ns", round.program_ns()}};
    json["window_started"] = round.started;
    json["disturbance"] = Json::array();
    for (std::size_t pair = 0; pair < round.window_ns.size(); ++pair)
        json["disturbance"].push_back(stats::name(round.reason(pair)));
    json["excluded_windows"] = round.excluded_windows();
    if (round.cycle_ns.empty()) return json;
    json["cycle_ns"] = round.cycle_ns;
    json["core_ipc"] = round.core_ipc;
    json["contended"] = round.shared;
    json["contended_windows"] = round.shared_windows();
    json["excluded"] = round.disturbed();
    json["gigahertz"] = round.gigahertz();
    json["timed_ns_per_packet"] = round.timed_ns_per_packet();
    json["cycles_per_packet"] = round.cycles_per_packet();
    json["baseline_cycles"] = round.baseline_cycles();
    json["program_cycles"] = round.program_cycles();
    return json;
}

Json to_json(const stats::Estimate& estimate) {
    return {{"figure", estimate.figure},
            {"low", estimate.interval.low},
            {"high", estimate.interval.high},
            {"confidence", estimate.interval.coverage}};
}

Json to_json(const model::BenchPrecision& precision) {
    Json json{{"wanted", precision.wanted},
              {"reached", precision.reached()},
              {"enough", precision.enough()},
              {"windows", precision.windows},
              {"disturbed", precision.disturbed},
              {"ns_per_packet", to_json(precision.ns_per_packet)},
              {"baseline_ns", to_json(precision.baseline_ns)},
              {"program_ns", to_json(precision.program_ns)}};
    if (const auto below = precision.cost_below()) json["program_ns_below"] = *below;
    return json;
}

Json to_json(const model::BenchState& state) {
    Json json{{"kind", state.fresh    ? "fresh"
                       : state.steady ? "steady"
                                      : "changing"},
              {"passes", state.passes},
              {"verdicts", to_json(state.mix)},
              {"first_pass", to_json(state.first)}};
    if (state.fresh) json["maps_not_restored"] = state.kept;
    if (state.steady) return json;
    json["fewest"] = to_json(state.lowest);
    json["most"] = to_json(state.highest);
    return json;
}

// Pairs of windows, those that do not count by reason, and what happened to the thread meanwhile.
Json to_json(const stats::WindowTally& tally) {
    const stats::WindowEvidence& total = tally.total();
    Json reasons = Json::object();
    for (const stats::Disturbance reason : stats::kReasons) {
        if (tally.count(reason) > 0)
            reasons[std::string(stats::name(reason))] = tally.count(reason);
    }
    return {{"windows", tally.windows()},
            {"clean", tally.clean()},
            {"excluded", reasons},
            {"wall_seconds", total.wall_seconds},
            {"cpu_seconds", total.cpu_seconds},
            {"waited_seconds", total.waited_seconds},
            {"throttled_seconds", total.throttled_seconds},
            {"stolen_seconds", total.stolen_seconds},
            {"interrupt_seconds", total.interrupt_seconds},
            {"preemptions", total.preemptions},
            {"sleeps", total.sleeps}};
}

template <class Measure>
Json summary(const model::BenchRecord& bench, Measure measure) {
    const std::vector<double> samples = model::measure_rounds(
        bench, [&](const model::BenchRound& round) { return std::invoke(measure, round); });
    Json json{{"median", stats::median(samples).value_or(0)},
              {"min", stats::min(samples).value_or(0)},
              {"max", stats::max(samples).value_or(0)}};
    if (const auto range = stats::relative_range(samples)) json["range"] = *range;
    return json;
}

// Medians over the rounds.
void add_figures(const model::BenchRecord& bench, Json& json) {
    if (bench.alone()) {
        json["resolution_ns"] = model::kAloneResolution;
    } else {
        json["offered_pps"] =
            summary(bench, [](const model::BenchRound& r) { return r.rate(r.offered); });
        json["processed_pps"] =
            summary(bench, [](const model::BenchRound& r) { return r.rate(r.processed); });
        json["forwarded_pps"] =
            summary(bench, [](const model::BenchRound& r) { return r.rate(r.forwarded); });
        json["baseline_pps"] = summary(bench, &model::BenchRound::baseline_rate);
    }
    json["ns_per_packet"] = summary(bench, &model::BenchRound::ns_per_packet);
    json["baseline_ns"] = summary(bench, &model::BenchRound::baseline_ns);
    json["program_ns"] = summary(bench, &model::BenchRound::program_ns);
}

void add_cycles(const model::BenchRecord& bench, Json& json) {
    json["core_ipc"] = bench.core_ipc;
    json["contended_share"] = bench.shared_share();
    json["excluded_rounds"] = bench.disturbed_rounds();
    json["clock_gigahertz"] = bench.clock_gigahertz();
    json["gigahertz"] = summary(bench, &model::BenchRound::gigahertz);
    json["timed_ns_per_packet"] = summary(bench, &model::BenchRound::timed_ns_per_packet);
    json["cycles_per_packet"] = summary(bench, &model::BenchRound::cycles_per_packet);
    json["baseline_cycles"] = summary(bench, &model::BenchRound::baseline_cycles);
    json["program_cycles"] = summary(bench, &model::BenchRound::program_cycles);
}

}  // namespace

Json to_json(const model::BenchRecord& bench) {
    Json json = setup_json(bench);
    json["bound"] = model::name_of(bench.bound);
    json["evidence"] = bench.evidence;
    json["seconds"] = bench.seconds;
    json["timed_by"] = bench.cpu_time ? "cpu_time" : "wall_time";
    json["actions"] = to_json(bench.actions);
    json["received"] = bench.received;
    json["passed"] = bench.passed;
    json["passed_by_cpu"] = by_cpu(bench.passed_cpus);
    json["forwarded"] = bench.forwarded;
    if (bench.xsk) json["xsk"] = to_json(*bench.xsk);
    json["baseline_cpus"] = bench.baseline_cpus;
    json["losses"] = to_json(bench.losses);
    json["cpus"] = to_json(bench.cpus);
    for (std::size_t i = 0; i < bench.cpus.size(); ++i)
        json["cpus"][i]["per_second"] = to_json(model::per_second(bench, bench.cpus[i]));
    json["measured_seconds"] = bench.measured_seconds;
    json["harness_seconds"] = bench.user_seconds;
    json["harness_cpu_share"] = bench.user_share();
    json["rounds"] = Json::array();
    for (const model::BenchRound& round : bench.rounds) json["rounds"].push_back(to_json(round));
    if (bench.windows.windows() > 0) json["window_evidence"] = to_json(bench.windows);
    if (bench.precision) json["precision"] = to_json(*bench.precision);
    if (bench.first_figure_seconds > 0) json["first_figure_seconds"] = bench.first_figure_seconds;
    if (bench.state.noteworthy()) json["state"] = to_json(bench.state);
    if (bench.rounds.empty()) return json;
    add_figures(bench, json);
    if (bench.has_cycles()) add_cycles(bench, json);
    return json;
}

}  // namespace xdpbench::report
