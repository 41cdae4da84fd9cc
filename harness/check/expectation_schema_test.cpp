// scenarios/schema.json says of `expect` what the declarations say.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "check/expectations.h"

namespace xdpbench::check {
namespace {

using Json = nlohmann::ordered_json;

// What the declarations make of `expect` in this place.
Json declared(Scope scope) {
    Json required = Json::array();
    std::vector<std::string_view> properties;
    std::vector<std::string_view> dependencies;
    for (const ExpectationKind& kind : expectation_kinds()) {
        if (kind.scope != Scope::both && kind.scope != scope) continue;
        properties.push_back(kind.properties);
        if (!kind.dependencies.empty()) dependencies.push_back(kind.dependencies);
        if (!kind.required) continue;
        for (const std::string& key : kind.keys) required.push_back(key);
    }
    Json object{{"type", "object"}, {"additionalProperties", false}};
    if (required.empty()) {
        object["minProperties"] = 1;
    } else {
        object["required"] = required;
    }
    if (!dependencies.empty())
        object["dependencies"] = Json::parse(fmt::format("{{{}}}", fmt::join(dependencies, ",")));
    object["properties"] = Json::parse(fmt::format("{{{}}}", fmt::join(properties, ",")));
    return object;
}

// ordered_json compares members in their order, which means nothing in a schema.
nlohmann::json unordered(const Json& json) { return nlohmann::json::parse(json.dump()); }

class ExpectationSchema : public testing::TestWithParam<std::pair<Scope, std::string>> {};

TEST_P(ExpectationSchema, IsWhatIsDeclared) {
    const auto& [scope, name] = GetParam();
    std::ifstream file(XDP_BENCH_SOURCE_DIR "/scenarios/schema.json");
    const Json schema = Json::parse(file);
    const Json expected = declared(scope);
    EXPECT_EQ(unordered(schema.at("definitions").at(name)), unordered(expected))
        << "the definition " << name << " of scenarios/schema.json must be\n"
        << expected.dump(2);
}

INSTANTIATE_TEST_SUITE_P(Scopes, ExpectationSchema,
                         testing::Values(std::pair(Scope::step, "step_expectation"),
                                         std::pair(Scope::check, "check_expectation")),
                         [](const auto& scope) { return scope.param.second; });

}  // namespace
}  // namespace xdpbench::check
