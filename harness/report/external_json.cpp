#include "report/external_json.h"

namespace xdpbench::report {
namespace {

Json cpu_shares(const model::ExternalRecord& external) {
    Json shares = Json::array();
    for (const auto& [cpu, busy] : external.cpu_busy) {
        const auto softirq = external.cpu_softirq.find(cpu);
        shares.push_back(
            {{"cpu", cpu},
             {"busy", busy},
             {"softirq", softirq == external.cpu_softirq.end() ? 0 : softirq->second}});
    }
    return shares;
}

Json json_of(const model::ExternalRecord& external) {
    Json json = setup_json(external.setup, external.outcome, external.message);
    json["seconds"] = external.seconds;
    json["first_frame_seconds"] = external.first_frame_seconds;
    json["processed"] = external.handled;
    json["processed_pps"] =
        external.seconds > 0 ? static_cast<double>(external.handled) / external.seconds : 0;
    json["processed_pps_samples"] = external.rates;
    json["actions"] = to_json(external.actions);
    json["cpus"] = to_json(external.cpus);
    json["passed"] = external.passed;
    json["forwarded"] = external.forwarded;
    json["device_counters"] = external.device;
    json["queue_counters"] = external.queues;
    json["losses"] = to_json(external.losses);
    json["cpu_shares"] = cpu_shares(external);
    return json;
}

}  // namespace

Json externals_json(const std::vector<model::ExternalRecord>& externals) {
    Json array = Json::array();
    for (const model::ExternalRecord& external : externals) array.push_back(json_of(external));
    return array;
}

}  // namespace xdpbench::report
