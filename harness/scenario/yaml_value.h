#pragma once

#include "model/value.h"
#include "scenario/yaml.h"

namespace xdpbench::scenario {

// The tree as a value: text, lists and fields.
[[nodiscard]] model::Value to_value(const YamlNode& node);

// The value as a tree that to_value() reads back.
[[nodiscard]] YamlNode to_yaml(const model::Value& value);

}  // namespace xdpbench::scenario
