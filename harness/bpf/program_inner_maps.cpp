// The part of Program that fills maps inside its maps, and looks at them.
#include <fmt/format.h>

#include "bpf/bulk_map.h"
#include "bpf/inner_map.h"
#include "bpf/program.h"
#include "scenario/diagnostic.h"

namespace xdpbench::bpf {

Result<TypedMap> Program::inner_definition_of(const std::string& map) const {
    if (const auto known = inner_definitions_.find(map); known != inner_definitions_.end())
        return known->second;
    return input_error(fmt::format("what the maps inside map {} are like is not known", map));
}

Result<Program::PendingInner> Program::encoded_inner(const TypedMap& map,
                                                     const scenario::MapEntry& entry) const {
    XDPBENCH_CHECK(require_settable(map, entry));
    Result<MapBytes> key = encode(map.key, entry.key);
    if (!key) return key.error().in("map " + map.name + ", key");
    XDPBENCH_TRY(const TypedMap inner, inner_definition_of(map.name));
    XDPBENCH_TRY(scenario::MapContent content, inner_content(map, *entry.value));
    for (const scenario::BulkContent& bulk : content.bulk)
        XDPBENCH_CHECK(require_bulk(inner, bulk));
    for (const scenario::MapEntry& one : content.entries) {
        const Result<MapBytes> inner_key = encode(inner.key, one.key);
        if (!inner_key) return inner_key.error().in("a map inside " + map.name + ", key");
        const Result<MapBytes> value = encode(inner.value, *one.value);
        if (!value) return value.error().in("a map inside " + map.name + ", value");
    }
    return PendingInner{map.name, *std::move(key), std::move(content)};
}

Result<void> Program::write_inner(const PendingInner& pending) const {
    XDPBENCH_TRY(const TypedMap definition, inner_definition_of(pending.map));
    XDPBENCH_TRY(const InnerMap inner,
                 require_inner(*find_map(pending.map), definition, pending.key));
    for (const scenario::BulkContent& bulk : pending.content.bulk)
        XDPBENCH_CHECK(write_bulk(inner.map, bulk));
    for (const scenario::MapEntry& entry : pending.content.entries) {
        XDPBENCH_TRY(const MapBytes key, encode(inner.map.key, entry.key));
        XDPBENCH_TRY(const MapBytes value, encode(inner.map.value, *entry.value));
        const Result<void> written = update_entry(inner.map, key, value);
        if (!written) return scenario::placed(entry.key.where, written.error());
    }
    return {};
}

Result<scenario::MapContent> Program::expected_inner(const TypedMap& map,
                                                     const model::Value& value) {
    XDPBENCH_TRY(scenario::MapContent content, inner_content(map, value));
    if (content.bulk.empty()) return content;
    return scenario::error_at(
        content.bulk.front().where,
        fmt::format("of a map inside {} entries are expected one by one: key and value", map.name));
}

Result<void> Program::compare_inner(const TypedMap& map, const scenario::MapEntry& entry,
                                    std::vector<std::string>& lines) const {
    XDPBENCH_TRY(const MapBytes key, encode(map.key, entry.key));
    XDPBENCH_TRY(const TypedMap definition, inner_definition_of(map.name));
    XDPBENCH_TRY(const std::optional<InnerMap> inner, find_inner(map, definition, key));
    if (inner.has_value() == entry.absent) {
        lines.push_back(fmt::format("map {}[{}]: expected {}, but there is {}", map.name,
                                    model::one_line(entry.key), entry.absent ? "no map" : "a map",
                                    inner ? "one" : "none"));
    }
    if (!inner || entry.absent) return {};
    XDPBENCH_TRY(const scenario::MapContent expected, expected_inner(map, *entry.value));
    for (const scenario::MapEntry& one : expected.entries) {
        TypedMap named = inner->map;
        named.name = fmt::format("{}[{}]", map.name, model::one_line(entry.key));
        XDPBENCH_CHECK(compare_entry(named, one, lines));
    }
    return {};
}

}  // namespace xdpbench::bpf
