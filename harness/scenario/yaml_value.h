#pragma once

#include "model/value.h"
#include "scenario/yaml.h"

namespace xdpbench::scenario {

// The tree as a value: text, lists and fields.
[[nodiscard]] model::Value to_value(const YamlNode& node);

}  // namespace xdpbench::scenario
