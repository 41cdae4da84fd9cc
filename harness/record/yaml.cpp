#include "record/yaml.h"

#include <algorithm>

#include "scenario/emit.h"

namespace xdpbench::record {

scenario::YamlNode to_yaml(const model::Value& value) {
    if (const auto* text = value.scalar()) return scenario::yaml_text(*text);
    if (const auto* list = value.list()) {
        scenario::YamlNode::List items;
        for (const model::Value& item : *list) items.push_back(to_yaml(item));
        return scenario::yaml_list(std::move(items));
    }
    scenario::YamlNode mapping = scenario::yaml_mapping({});
    for (const model::Value::Field& field : *value.fields())
        entry_of(mapping, field.name) = to_yaml(field.value);
    return mapping;
}

scenario::YamlNode to_yaml(const scenario::MapEntry& entry) {
    scenario::YamlNode node = scenario::yaml_mapping({{"key", to_yaml(entry.key)}});
    if (entry.value) entry_of(node, "value") = to_yaml(*entry.value);
    if (entry.sum_cpus) entry_of(node, "sum_cpus") = to_yaml(*entry.sum_cpus);
    if (entry.absent) entry_of(node, "absent") = scenario::yaml_text("true");
    return node;
}

scenario::YamlNode to_yaml(const std::vector<scenario::MapContent>& maps) {
    scenario::YamlNode node = scenario::yaml_mapping({});
    for (const scenario::MapContent& content : maps) {
        scenario::YamlNode::List entries;
        for (const scenario::MapEntry& entry : content.entries) entries.push_back(to_yaml(entry));
        entry_of(node, content.map) = scenario::yaml_list(std::move(entries));
    }
    return node;
}

scenario::YamlNode& entry_of(scenario::YamlNode& mapping, const std::string& key) {
    auto& entries = std::get<scenario::YamlNode::Mapping>(mapping.data);
    const auto found =
        std::find_if(entries.begin(), entries.end(),
                     [&](const scenario::YamlNode::Entry& entry) { return entry.key == key; });
    if (found != entries.end()) return found->value;
    entries.push_back({{}, key, scenario::yaml_text("")});
    return entries.back().value;
}

void erase_entry(scenario::YamlNode& mapping, const std::string& key) {
    auto& entries = std::get<scenario::YamlNode::Mapping>(mapping.data);
    std::erase_if(entries,
                  [&](const scenario::YamlNode::Entry& entry) { return entry.key == key; });
}

}  // namespace xdpbench::record
