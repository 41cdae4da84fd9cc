#include "report/json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "report/external_json.h"
#include "report/json_parts.h"
#include "report/load_json.h"
#include "report/scaling_rows.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

using report::to_json;  // of report/json_parts.h, which those here would hide

Json by_cpu(const std::map<int, std::uint64_t>& frames) {
    Json json = Json::object();
    for (const auto& [cpu, count] : frames) json[std::to_string(cpu)] = count;
    return json;
}

std::string hex_text(const std::vector<std::uint8_t>& bytes) {
    return fmt::format("{:02x}", fmt::join(bytes, ""));
}

Json to_json(const model::ChangedFrame& frame) {
    Json json{{"name", frame.name}, {"fields", Json::array()}};
    for (const model::ChangedFrame::Field& field : frame.fields)
        json["fields"].push_back(
            {{"name", field.name}, {"expected", field.expected}, {"actual", field.actual}});
    json["expected"] = hex_text(frame.expected);
    json["actual"] = hex_text(frame.actual);
    return json;
}

Json to_json(const model::CaseResult& result) {
    Json json{{"kind", model::name_of(result.kind)},
              {"program", result.program},
              {"mode", result.mode ? model::mode_name(*result.mode) : ""},
              {"name", result.name},
              {"location", result.location},
              {"outcome", model::outcome_name(result.outcome)},
              {"message", result.message},
              {"failures", result.failures},
              {"seconds", result.seconds},
              {"repeat", result.repeat}};
    if (result.frame) json["frame"] = to_json(*result.frame);
    return json;
}

Json to_json(const model::VerdictRecord& verdict) {
    return {{"program", verdict.program},     {"traffic", verdict.traffic},
            {"frames", verdict.frames},       {"actions", to_json(verdict.actions)},
            {"no_action", verdict.no_action}, {"not_reproducible", verdict.not_reproducible},
            {"seconds", verdict.seconds}};
}

Json to_json(const model::ReplacementRecord& replacement) {
    Json json{{"times", replacement.times},
              {"sent", replacement.sent},
              {"losses", to_json(replacement.losses)},
              {"accounted_for", replacement.accounted_for}};
    if (replacement.by_first) json["handled_by_first"] = *replacement.by_first;
    if (replacement.by_second) json["handled_by_second"] = *replacement.by_second;
    return json;
}

Json to_json(const model::ReplayRecord& replay) {
    Json json{{"program", replay.program},
              {"mode", model::mode_name(replay.mode)},
              {"network", model::network_name(replay.network)},
              {"traffic", replay.traffic},
              {"sent", replay.sent},
              {"actions", to_json(replay.actions)},
              {"no_action", replay.no_action},
              {"counted_by", replay.counted_by},
              {"received", replay.received},
              {"passed", replay.passed},
              {"passed_by_cpu", by_cpu(replay.passed_cpus)},
              {"forwarded", replay.forwarded},
              {"losses", to_json(replay.losses)},
              {"cpus", to_json(replay.cpus)},
              {"judged", replay.judged},
              {"accounted_for", replay.accounted_for}};
    if (replay.network == model::NetworkKind::ports) {
        json["device"] = replay.device;
        json["peer"] = replay.peer;
        if (!replay.out.empty()) json["out"] = replay.out;
    }
    if (replay.xsk) json["xsk"] = to_json(*replay.xsk);
    if (replay.replacement) json["replacement"] = to_json(*replay.replacement);
    return json;
}

Json to_json(const model::LanRecord& lan) {
    Json json{
        {"program", lan.program}, {"mode", model::mode_name(lan.mode)}, {"steps", Json::array()}};
    for (const model::LanStepRecord& step : lan.steps)
        json["steps"].push_back({{"step", step.step},
                                 {"location", step.location},
                                 {"sent", step.sent},
                                 {"answered", step.answered},
                                 {"answered_by", step.answered_by}});
    return json;
}

Json to_json(const model::OffloadRecord& offload) {
    Json json{{"program", offload.program},
              {"object", offload.object},
              {"device", offload.device},
              {"driver", offload.driver},
              {"firmware", offload.firmware},
              {"acceptance", model::name_of(offload.acceptance)},
              {"execution", model::name_of(offload.execution)},
              {"evidence", offload.evidence},
              {"steps", Json::array()},
              {"sent", offload.sent},
              {"reached_stack", offload.reached_stack},
              {"counted_by_program", offload.counted_by_program},
              {"device_counters", Json::object()}};
    for (const model::OffloadStep& step : offload.steps)
        json["steps"].push_back(
            {{"name", step.name}, {"held", step.held}, {"detail", step.detail}});
    for (const auto& [name, value] : offload.device_counters) json["device_counters"][name] = value;
    return json;
}

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
    const std::vector<double> samples = model::measure_rounds(bench, measure);
    Json json{{"median", stats::median(samples).value_or(0)},
              {"min", stats::min(samples).value_or(0)},
              {"max", stats::max(samples).value_or(0)}};
    if (const auto range = stats::relative_range(samples)) json["range"] = *range;
    return json;
}

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
    if (bench.alone()) {
        json["resolution_ns"] = model::kAloneResolution;
    } else {
        json["offered_pps"] =
            summary(bench, [](const model::BenchRound& r) { return r.rate(r.offered); });
        json["processed_pps"] =
            summary(bench, [](const model::BenchRound& r) { return r.rate(r.processed); });
        json["forwarded_pps"] =
            summary(bench, [](const model::BenchRound& r) { return r.rate(r.forwarded); });
        json["baseline_pps"] =
            summary(bench, [](const model::BenchRound& r) { return r.baseline_rate(); });
    }
    json["ns_per_packet"] =
        summary(bench, [](const model::BenchRound& r) { return r.ns_per_packet(); });
    json["baseline_ns"] =
        summary(bench, [](const model::BenchRound& r) { return r.baseline_ns(); });
    json["program_ns"] = summary(bench, [](const model::BenchRound& r) { return r.program_ns(); });
    if (!bench.has_cycles()) return json;
    json["core_ipc"] = bench.core_ipc;
    json["contended_share"] = bench.shared_share();
    json["excluded_rounds"] = bench.disturbed_rounds();
    json["clock_gigahertz"] = bench.clock_gigahertz();
    json["gigahertz"] = summary(bench, [](const model::BenchRound& r) { return r.gigahertz(); });
    json["timed_ns_per_packet"] =
        summary(bench, [](const model::BenchRound& r) { return r.timed_ns_per_packet(); });
    json["cycles_per_packet"] =
        summary(bench, [](const model::BenchRound& r) { return r.cycles_per_packet(); });
    json["baseline_cycles"] =
        summary(bench, [](const model::BenchRound& r) { return r.baseline_cycles(); });
    json["program_cycles"] =
        summary(bench, [](const model::BenchRound& r) { return r.program_cycles(); });
    return json;
}

Json to_json(const model::ScalingRecord& scaling, const model::ScalingStep& step) {
    Json json{{"cpus", step.cpus},
              {"together_pps", stats::median(step.together).value_or(0)},
              {"speedup", model::speedup(scaling, step)},
              {"efficiency", model::efficiency(scaling, step)},
              {"together_pps_samples", step.together}};
    if (!model::is_over_ports(scaling)) {
        json["apart_pps"] = stats::median(step.apart).value_or(0);
        json["apart_speedup"] = model::apart_speedup(scaling, step);
        json["apart_pps_samples"] = step.apart;
        return json;
    }
    json["queues"] = step.queues;
    json["generator_maximum_pps"] = step.generator_maximum;
    json["lost"] = step.lost;
    json["bound"] = model::name_of(step.bound);
    json["handled_by_cpu"] = by_cpu(step.handled_by);
    return json;
}

Json to_json(const model::ScalingRecord& scaling) {
    Json json = setup_json(scaling);
    json["queues"] = scaling.queues;
    json["seconds"] = scaling.seconds;
    json["actions"] = to_json(scaling.actions);
    json["losses"] = to_json(scaling.losses);
    json["steps"] = Json::array();
    for (const model::ScalingStep& step : scaling.steps)
        json["steps"].push_back(to_json(scaling, step));
    return json;
}

template <class Record>
Json all(const std::vector<Record>& records) {
    Json json = Json::array();
    for (const Record& record : records) json.push_back(to_json(record));
    return json;
}

}  // namespace

std::string to_json(const model::RunRecord& run) {
    Json json = Json::parse(run.google_benchmark, nullptr, false);
    if (!json.is_object()) json = Json{{"context", Json::object()}, {"benchmarks", Json::array()}};
    json["schema_version"] = kResultSchemaVersion;
    json["command_line"] = run.command_line;
    json["started"] = run.started;
    json["seconds"] = run.seconds;
    json["interrupted"] = run.interrupted;
    json["exit_code"] = run.exit_code;
    json["environment"] = Json::object();
    for (const auto& [key, value] : run.environment) json["environment"][key] = value;
    json["labels"] = run.labels;
    json["settings"] = run.settings;
    json["programs"] = all(run.programs);
    json["cases"] = all(run.cases);
    json["verdicts"] = all(run.verdicts);
    json["replays"] = all(run.replays);
    json["lans"] = all(run.lans);
    json["offloads"] = all(run.offloads);
    json["benches"] = all(run.benches);
    json["rates"] = loads_json(run.loads, model::LoadKind::rate);
    json["searches"] = loads_json(run.loads, model::LoadKind::search);
    json["latencies"] = loads_json(run.loads, model::LoadKind::latency);
    json["scalings"] = all(run.scalings);
    json["externals"] = externals_json(run.externals);
    for (const model::ScalingRecord& scaling : run.scalings)
        for (Json& row : scaling_rows(scaling)) json["benchmarks"].push_back(std::move(row));
    // Text from object files and pcaps' names need not be UTF-8; it must not cost the document.
    return json.dump(2, ' ', false, nlohmann::detail::error_handler_t::replace) + "\n";
}

std::string to_json(const model::DeviceRecord& device) {
    Json json{{"schema_version", kResultSchemaVersion},
              {"device", device.name},
              {"driver", device.driver},
              {"firmware", device.firmware},
              {"up", device.up},
              {"carrier", device.carrier},
              {"queues", Json::object()},
              {"mtu", device.mtu},
              {"min_mtu", device.min_mtu},
              {"max_mtu", device.max_mtu},
              {"features", device.features},
              {"declared_xdp_features", nullptr},
              {"attached", Json::object()},
              {"attach_modes", Json::array()},
              {"attach_modes_untried", device.modes_untried},
              {"max_mtu_with_xdp", nullptr},
              {"max_mtu_with_xdp_source", device.max_mtu_with_xdp_source}};
    for (const auto& [name, number] : device.queues) json["queues"][name] = number;
    if (device.declares) {
        json["declared_xdp_features"] = {{"bits", device.declared_features},
                                         {"names", device.declared_names}};
    }
    for (const auto& [mode, program] : device.attached)
        json["attached"][model::mode_name(mode)] = program;
    for (const model::AttachModeRecord& mode : device.modes) {
        json["attach_modes"].push_back({{"mode", model::mode_name(mode.mode)},
                                        {"works", mode.works},
                                        {"answer", mode.answer}});
    }
    if (device.max_mtu_with_xdp != 0) json["max_mtu_with_xdp"] = device.max_mtu_with_xdp;
    return json.dump(2, ' ', false, nlohmann::detail::error_handler_t::replace) + "\n";
}

}  // namespace xdpbench::report
