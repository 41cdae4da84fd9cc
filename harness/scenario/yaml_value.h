#pragma once

#include <string_view>

#include "base/result.h"
#include "model/value.h"
#include "scenario/yaml.h"

namespace xdpbench::scenario {

// The tree as a value: text, lists and fields.
[[nodiscard]] model::Value to_value(const YamlNode& node);

// The same of a value that is expected, whose members that are not named are not compared: {} and
// [] would hold whatever comes out, and are errors.
Result<model::Value> to_filled_value(const YamlNode& node, std::string_view what);

// The value as a tree that to_value() reads back.
[[nodiscard]] YamlNode to_yaml(const model::Value& value);

}  // namespace xdpbench::scenario
