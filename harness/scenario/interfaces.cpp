#include "scenario/interfaces.h"

#include <fmt/format.h>

#include <string_view>
#include <variant>
#include <vector>

#include "scenario/diagnostic.h"

namespace xdpbench {
namespace {

constexpr std::string_view kInterface = "interface:";

// Calls `visit` for every text in the value.
template <class Visit>
Result<void> for_each_text(Value& value, const Visit& visit) {
    if (auto* const text = std::get_if<std::string>(&value.data)) return visit(value.where, *text);
    if (auto* const list = std::get_if<Value::List>(&value.data)) {
        for (Value& item : *list) XDPBENCH_CHECK(for_each_text(item, visit));
    }
    if (auto* const fields = std::get_if<Value::Fields>(&value.data)) {
        for (Value::Field& field : *fields) XDPBENCH_CHECK(for_each_text(field.value, visit));
    }
    return {};
}

template <class Visit>
Result<void> for_each_text(Configuration& configuration, const Visit& visit) {
    for (GlobalSetting& global : configuration.globals)
        XDPBENCH_CHECK(for_each_text(global.value, visit));
    for (MapContent& map : configuration.maps) {
        for (MapEntry& entry : map.entries) {
            XDPBENCH_CHECK(for_each_text(entry.key, visit));
            if (entry.value) XDPBENCH_CHECK(for_each_text(*entry.value, visit));
        }
    }
    return {};
}

}  // namespace

bool names_interfaces(const Configuration& configuration) {
    return !with_indexes(configuration, {});
}

Result<Configuration> with_indexes(Configuration configuration, const InterfaceIndexes& indexes) {
    std::vector<std::string> names;
    for (const auto& [name, index] : indexes) names.push_back(name);
    const auto replace = [&](const Location& where, std::string& text) -> Result<void> {
        if (!text.starts_with(kInterface)) return {};
        const std::string name = text.substr(kInterface.size());
        const auto found = indexes.find(name);
        if (found == indexes.end())
            return error_at(where, fmt::format("there is no interface {} on the program's side{}",
                                               in_quotes(name), correction(name, names)));
        text = std::to_string(found->second);
        return {};
    };
    XDPBENCH_CHECK(for_each_text(configuration, replace));
    return configuration;
}

}  // namespace xdpbench
