#include "report/json_parts.h"

#include <array>

namespace xdpbench::report {
namespace {

Json or_null(const std::optional<std::uint64_t>& number) {
    return number ? Json(*number) : Json(nullptr);
}

}  // namespace

Json to_json(const model::ActionTally& tally) {
    Json json = Json::object();
    for (std::size_t action = 0; action < tally.size(); ++action)
        json[model::action_name(static_cast<model::Action>(action))] = tally[action];
    return json;
}

Json to_json(const model::Losses& losses) {
    Json json = Json::object();
    for (const auto& [name, frames] : losses) json[name] = frames;
    return json;
}

Json to_json(const std::vector<model::CpuTally>& cpus) {
    Json json = Json::array();
    for (const model::CpuTally& cpu : cpus)
        json.push_back({{"cpu", cpu.cpu}, {"actions", to_json(cpu.actions)}});
    return json;
}

Json by_cpu(const std::map<int, std::uint64_t>& frames) {
    Json json = Json::object();
    for (const auto& [cpu, count] : frames) json[std::to_string(cpu)] = count;
    return json;
}

Json to_json(const model::XskRecord& xsk) {
    return {{"sockets", xsk.sockets},
            {"mode", model::name_of(xsk.mode)},
            {"frames", xsk.tally.frames},
            {"batches", xsk.tally.batches},
            {"wakeups", xsk.tally.wakeups}};
}

Json to_json(const model::ProgramRecord& program) {
    return {{"name", program.name},
            {"object", program.object},
            {"function", program.function},
            {"id", program.id},
            {"tag", program.tag},
            {"jited_bytes", program.jited_bytes},
            {"xlated_bytes", program.xlated_bytes},
            {"verified_insns", or_null(program.verified_insns)},
            {"total_states", or_null(program.total_states)},
            {"peak_states", or_null(program.peak_states)},
            {"stack_bytes", program.stack_bytes},
            {"load_seconds", program.load_seconds},
            {"padded_frames", program.padded_frames},
            {"fcs_frames", program.fcs_frames}};
}

Json setup_json(const model::BenchSetup& setup, model::Outcome outcome,
                const std::string& message) {
    Json json{{"program", setup.program},
              {"mode", model::attach_name(setup.mode)},
              {"action", setup.action ? model::action_name(*setup.action) : ""},
              {"mixed", setup.mixed},
              {"traffic", setup.traffic},
              {"frames", setup.frames},
              {"shortest_frame_bytes", setup.shortest},
              {"longest_frame_bytes", setup.longest},
              {"flows", setup.flows},
              {"size", setup.size},
              {"variant", setup.variant},
              {"cpu", setup.cpu == model::kCpuUnknown ? Json() : Json(setup.cpu)},
              {"generator_cpu",
               setup.generator_cpu == model::kCpuUnknown ? Json() : Json(setup.generator_cpu)},
              {"placement", model::name_of(setup.placement)},
              {"counted_by", setup.counted_by},
              {"outcome", model::outcome_name(outcome)},
              {"message", message}};
    if (setup.sender != model::Sender::live_frames) json["sender"] = model::name_of(setup.sender);
    if (setup.generator_elsewhere) json["generator_elsewhere"] = true;
    if (!setup.out.empty()) json["out"] = setup.out;
    if (setup.generator_maximum > 0) json["generator_maximum_pps"] = setup.generator_maximum;
    if (!setup.repeat.empty()) json["repeat"] = setup.repeat;
    return json;
}

}  // namespace xdpbench::report
