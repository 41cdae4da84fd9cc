#include "check/common_value.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace xdpbench::check {

std::optional<model::Value> common_part(const model::Value& a, const model::Value& b) {
    const model::Value::Fields* const fields = a.fields();
    const model::Value::Fields* const others = b.fields();
    if (fields == nullptr || others == nullptr)
        return model::one_line(a) == model::one_line(b) ? std::optional(a) : std::nullopt;
    model::Value::Fields kept;
    for (std::size_t i = 0; i < std::min(fields->size(), others->size()); ++i) {
        if ((*fields)[i].name != (*others)[i].name) continue;
        if (std::optional<model::Value> value = common_part((*fields)[i].value, (*others)[i].value))
            kept.push_back({(*fields)[i].name, std::move(*value)});
    }
    if (kept.empty()) return std::nullopt;
    return model::Value{{}, std::move(kept)};
}

model::Value restricted(const model::Value& actual, const model::Value& expected) {
    if (actual.fields() != nullptr && expected.fields() != nullptr) {
        model::Value::Fields fields;
        for (const model::Value::Field& wanted : *expected.fields()) {
            const auto found = std::find_if(
                actual.fields()->begin(), actual.fields()->end(),
                [&](const model::Value::Field& field) { return field.name == wanted.name; });
            fields.push_back({wanted.name, found == actual.fields()->end()
                                               ? wanted.value
                                               : restricted(found->value, wanted.value)});
        }
        return model::Value{{}, std::move(fields)};
    }
    if (actual.list() != nullptr && expected.list() != nullptr) {
        model::Value::List items;
        for (std::size_t i = 0; i < std::min(actual.list()->size(), expected.list()->size()); ++i)
            items.push_back(restricted((*actual.list())[i], (*expected.list())[i]));
        return model::Value{{}, std::move(items)};
    }
    return actual;
}

}  // namespace xdpbench::check
