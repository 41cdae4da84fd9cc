#include "report/qualification_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "report/json_parts.h"
#include "report/json_reader.h"

namespace xdpbench::report {
namespace {

constexpr int kSchema = 1;
constexpr const char* kKind = "qualification";

Json rate_json(const model::PortRate& rate) {
    return {{"frames", rate.frames},
            {"offered_pps", rate.offered},
            {"processed_pps", rate.processed},
            {"forwarded_pps", rate.forwarded},
            {"line_rate_pps", rate.line_rate},
            {"lost", rate.lost},
            {"limited_by", name_of(rate.limit)}};
}

// A default in its place could turn a failure into something better.
Error unknown_value(const std::string& name, const model::QualifiedCase& one, const char* key,
                    const std::string& value) {
    return input_error(fmt::format("{} cannot be read: case {} has the unknown {} \"{}\"", name,
                                   one.full_name(), key, value),
                       "it was changed, or another version of xdp-bench wrote it: begin anew, "
                       "without --resume");
}

// `name`, the file, and `one`, the case, are for the error.
Result<model::PortRate> rate_from(const Json& json, const std::string& name,
                                  const model::QualifiedCase& one) {
    model::PortRate rate;
    rate.frames = json.at("frames").get<std::string>();
    rate.offered = json.at("offered_pps").get<double>();
    rate.processed = json.at("processed_pps").get<double>();
    rate.forwarded = json.at("forwarded_pps").get<double>();
    rate.line_rate = json.at("line_rate_pps").get<double>();
    rate.lost = json.at("lost").get<std::uint64_t>();
    const auto limit = json.at("limited_by").get<std::string>();
    if (!model::parse_rate_limit(limit, rate.limit))
        return unknown_value(name, one, "limited_by", limit);
    return rate;
}

Json case_json(const model::QualifiedCase& one) {
    Json json{{"group", one.group},     {"name", one.name},       {"finding", name_of(one.finding)},
              {"message", one.message}, {"seconds", one.seconds}, {"repeat", one.repeat}};
    for (const model::PortRate& rate : one.rates) json["rates"].push_back(rate_json(rate));
    if (!one.declared.empty()) json["declared"] = one.declared;
    return json;
}

Result<model::QualifiedCase> case_from(const Json& json, const std::string& name) {
    model::QualifiedCase one;
    one.group = json.at("group").get<std::string>();
    one.name = json.at("name").get<std::string>();
    const auto finding = json.at("finding").get<std::string>();
    if (!model::parse_finding(finding, one.finding))
        return unknown_value(name, one, "finding", finding);
    one.message = json.at("message").get<std::string>();
    one.seconds = json.at("seconds").get<double>();
    one.repeat = json.at("repeat").get<std::string>();
    one.declared = json.value("declared", "");
    for (const Json& entry : json.value("rates", Json::array())) {
        XDPBENCH_TRY(model::PortRate rate, rate_from(entry, name, one));
        one.rates.push_back(std::move(rate));
    }
    return one;
}

Result<model::QualificationRecord> record_from(const Json& json, const std::string& name) {
    model::QualificationRecord record;
    record.command_line = json.at("command_line").get<std::string>();
    record.started = json.at("started").get<std::string>();
    record.seconds = json.at("seconds").get<double>();
    record.device = json.at("device").get<std::string>();
    record.peer = json.at("peer").get<std::string>();
    record.running = json.at("running").get<std::string>();
    record.interrupted = json.at("interrupted").get<bool>();
    record.planned = json.at("planned").get<std::vector<std::string>>();
    record.not_run = json.at("not_run").get<std::vector<std::string>>();
    for (const auto& [key, value] : json.at("environment").items())
        record.environment.emplace_back(key, value.get<std::string>());
    for (const Json& entry : json.at("cases")) {
        XDPBENCH_TRY(model::QualifiedCase one, case_from(entry, name));
        record.cases.push_back(std::move(one));
    }
    return record;
}

}  // namespace

std::string to_json(const model::QualificationRecord& record) {
    Json cases = Json::array();
    for (const model::QualifiedCase& one : record.cases) cases.push_back(case_json(one));
    Json environment = Json::object();
    for (const auto& [key, value] : record.environment) environment[key] = value;
    const Json json{{"kind", kKind},
                    {"schema_version", kSchema},
                    {"command_line", record.command_line},
                    {"started", record.started},
                    {"seconds", record.seconds},
                    {"device", record.device},
                    {"peer", record.peer},
                    {"verdict", name_of(verdict_of(record))},
                    {"exit_code", record.exit_code},
                    {"interrupted", record.interrupted},
                    {"running", record.running},
                    {"environment", environment},
                    {"planned", record.planned},
                    {"not_run", record.not_run},
                    {"cases", cases}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<model::QualificationRecord> parse_qualification(std::string_view text,
                                                       const std::string& name) {
    XDPBENCH_TRY(const Json json, parse_json(text, name));
    if (!json.is_object() || json.value("kind", Json()) != kKind)
        return input_error(fmt::format("{} is not the result of a qualification", name),
                           "name a file that xdp-bench qualify wrote");
    try {
        return record_from(json, name);
    } catch (const Json::exception& error) {
        return input_error(fmt::format("{} is damaged: {}", name, error.what()),
                           "begin anew, without --resume");
    }
}

}  // namespace xdpbench::report
