#include "scenario/yaml_value.h"

#include <fmt/format.h>

#include "scenario/diagnostic.h"
#include "scenario/emit.h"

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

Result<model::Value> to_filled_value(const YamlNode& node, std::string_view what) {
    const auto* const fields = node.mapping();
    const auto* const list = node.list();
    if ((fields != nullptr && fields->empty()) || (list != nullptr && list->empty())) {
        return error_at(
            node.where,
            fmt::format("{} is empty: write what belongs there or leave the key out", what));
    }
    return to_value(node);
}

YamlNode to_yaml(const model::Value& value) {
    if (const auto* text = value.scalar()) return yaml_text(*text);
    if (const auto* list = value.list()) {
        YamlNode::List items;
        for (const model::Value& item : *list) items.push_back(to_yaml(item));
        return yaml_list(std::move(items));
    }
    YamlNode mapping = yaml_mapping({});
    for (const model::Value::Field& field : *value.fields())
        entry_of(mapping, field.name) = to_yaml(field.value);
    return mapping;
}

}  // namespace xdpbench::scenario
