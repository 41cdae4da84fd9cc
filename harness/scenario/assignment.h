// `NAME=VALUE` and `NAME[KEY]=VALUE`: how a global variable or an entry of a map is set on a
// command line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "scenario/scenario.h"

namespace xdpbench::scenario {

// What is named: a map's entry, or without a key a global variable, a map, or an array's entry 0.
struct Place {
    std::string name;
    std::optional<model::Value> key;
};

struct Assignment {
    Place place;
    model::Value value;
};

// "blocked", "blocked[198.18.0.1]", "flows[{ip: 198.18.0.1, port: 53}]".
Result<Place> parse_place(std::string_view text);

// "ip=198.18.0.1", "blocked[198.18.0.1]=1", "backends[0]={ip: 198.18.0.3, mac: 02:00:00:00:00:03}".
// What begins with { or [ is read as YAML, anything else as it stands.
Result<Assignment> parse_assignment(std::string_view text);

// A value as parse_assignment() takes it.
[[nodiscard]] std::string assignment_text(const model::Value& value);

}  // namespace xdpbench::scenario
