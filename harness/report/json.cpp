#include "report/json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "report/bench_json.h"
#include "report/external_json.h"
#include "report/json_parts.h"
#include "report/load_json.h"
#include "report/scaling_rows.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

using report::to_json;  // of report/json_parts.h, which those here would hide

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
