#include "scenario/yaml_value.h"

namespace xdpbench::scenario {

model::Value to_value(const YamlNode& node) {
    if (const auto* text = node.scalar()) return {node.where, *text};
    if (const auto* list = node.list()) {
        model::Value::List items;
        for (const YamlNode& item : *list) items.push_back(to_value(item));
        return {node.where, std::move(items)};
    }
    model::Value::Fields fields;
    for (const auto& [where, key, value] : *node.mapping())
        fields.push_back({key, to_value(value)});
    return {node.where, std::move(fields)};
}

}  // namespace xdpbench::scenario
