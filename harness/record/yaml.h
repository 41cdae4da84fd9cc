// Parts of a scenario as YAML.
#pragma once

#include <string>
#include <vector>

#include "scenario/scenario.h"
#include "scenario/yaml.h"

namespace xdpbench::record {

[[nodiscard]] scenario::YamlNode to_yaml(const model::Value& value);

// An expected entry: key with value, sum_cpus or absent.
[[nodiscard]] scenario::YamlNode to_yaml(const scenario::MapEntry& entry);

[[nodiscard]] scenario::YamlNode to_yaml(const std::vector<scenario::MapContent>& maps);

// The entry of a mapping under `key`, added at the end if there is none.
scenario::YamlNode& entry_of(scenario::YamlNode& mapping, const std::string& key);

void erase_entry(scenario::YamlNode& mapping, const std::string& key);

}  // namespace xdpbench::record
