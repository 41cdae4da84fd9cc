#include "report/json_parts.h"

#include <array>

namespace xdpbench {
namespace {

constexpr std::array<const char*, 5> kActionNames{"XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX",
                                                  "XDP_REDIRECT"};

}  // namespace

Json to_json(const ActionTally& tally) {
    Json json = Json::object();
    for (std::size_t action = 0; action < tally.size(); ++action)
        json[kActionNames[action]] = tally[action];
    return json;
}

Json to_json(const Losses& losses) {
    Json json = Json::object();
    for (const auto& [name, frames] : losses) json[name] = frames;
    return json;
}

Json setup_json(const BenchSetup& setup) {
    return {{"program", setup.program},
            {"mode", setup.mode},
            {"action", setup.action},
            {"mixed", setup.mixed},
            {"traffic", setup.traffic},
            {"frames", setup.frames},
            {"shortest_frame_bytes", setup.shortest},
            {"longest_frame_bytes", setup.longest},
            {"flows", setup.flows},
            {"size", setup.size},
            {"variant", setup.variant},
            {"cpu", setup.cpu},
            {"generator_cpu", setup.generator_cpu},
            {"placement", setup.placement},
            {"counted_by", setup.counted_by},
            {"outcome", outcome_name(setup.outcome)},
            {"message", setup.message}};
}

}  // namespace xdpbench
