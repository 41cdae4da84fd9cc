#include "scenario/references.h"

#include <fmt/format.h>

#include <variant>

namespace xdpbench::scenario {
namespace {

Result<void> replace_reference(const model::Location& where, std::string& text,
                               std::string_view kind, const NumberOf& number_of) {
    const std::string prefix = fmt::format("{}:", kind);
    if (!text.starts_with(prefix)) return {};
    XDPBENCH_TRY(const std::int64_t number, number_of(where, text.substr(prefix.size())));
    text = std::to_string(number);
    return {};
}

}  // namespace

Result<void> replace_references(model::Value& value, std::string_view kind,
                                const NumberOf& number_of) {
    if (auto* const text = std::get_if<std::string>(&value.data))
        return replace_reference(value.where, *text, kind, number_of);
    if (auto* const list = std::get_if<model::Value::List>(&value.data)) {
        for (model::Value& item : *list) XDPBENCH_CHECK(replace_references(item, kind, number_of));
    }
    if (auto* const fields = std::get_if<model::Value::Fields>(&value.data)) {
        for (model::Value::Field& field : *fields)
            XDPBENCH_CHECK(replace_references(field.value, kind, number_of));
    }
    return {};
}

Result<void> replace_references(Configuration& configuration, std::string_view kind,
                                const NumberOf& number_of) {
    for (GlobalSetting& global : configuration.globals)
        XDPBENCH_CHECK(replace_references(global.value, kind, number_of));
    for (MapContent& map : configuration.maps) {
        for (MapEntry& entry : map.entries) {
            XDPBENCH_CHECK(replace_references(entry.key, kind, number_of));
            if (entry.value) XDPBENCH_CHECK(replace_references(*entry.value, kind, number_of));
        }
        for (BulkContent& bulk : map.bulk) {
            XDPBENCH_CHECK(replace_references(bulk.key, kind, number_of));
            XDPBENCH_CHECK(replace_references(bulk.value, kind, number_of));
        }
    }
    return {};
}

}  // namespace xdpbench::scenario
