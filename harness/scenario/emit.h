// Writing YAML that parse_yaml() reads back as the same tree.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scenario/yaml.h"

namespace xdpbench::scenario {

// A mapping or list in block style, each line indented by `indent` columns; what fits on a line is
// written in flow style: { key: 0, value: 8 }.
[[nodiscard]] std::string emit_yaml(const YamlNode& node, std::size_t indent = 0);

// Nodes as code that writes YAML makes them, with no place.
[[nodiscard]] YamlNode yaml_text(std::string text);
[[nodiscard]] YamlNode yaml_list(YamlNode::List items);
[[nodiscard]] YamlNode yaml_mapping(std::vector<std::pair<std::string, YamlNode>> entries);

// The entry of a mapping under `key`, added at the end if there is none.
YamlNode& entry_of(YamlNode& mapping, const std::string& key);

void erase_entry(YamlNode& mapping, const std::string& key);

// In double quotes, as YAML reads it.
[[nodiscard]] std::string quoted(const std::string& text);

}  // namespace xdpbench::scenario
