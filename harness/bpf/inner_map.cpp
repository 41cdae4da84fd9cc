#include "bpf/inner_map.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>

#include "bpf/bpf_options.h"
#include "scenario/diagnostic.h"
#include "scenario/emit.h"
#include "scenario/parse_bulk.h"
#include "scenario/yaml_value.h"

namespace xdpbench::bpf {

bool holds_maps(const TypedMap& map) {
    return map.kind == BPF_MAP_TYPE_ARRAY_OF_MAPS || map.kind == BPF_MAP_TYPE_HASH_OF_MAPS;
}

std::optional<TypedMap> inner_definition(const bpf_object* object, const bpf_map* outer) {
    // It is the caller's to keep the object unchanged; libbpf gives it as not constant only.
    const bpf_map* const inner = ::bpf_map__inner_map(const_cast<bpf_map*>(outer));
    if (inner == nullptr) return std::nullopt;
    return typed_map(object, inner);
}

Result<scenario::MapContent> inner_content(const TypedMap& outer, const model::Value& value) {
    const model::Value::List* const items = value.list();
    if (items == nullptr)
        return scenario::error_at(value.where,
                                  fmt::format("map {} holds maps: expected the entries of one, "
                                              "[{{ key: ..., value: ... }}]",
                                              outer.name));
    scenario::MapContent content{value.where, outer.name, {}};
    for (const model::Value& item : *items) {
        scenario::YamlNode node = scenario::to_yaml(item);
        node.where = item.where;
        if (scenario::is_bulk(node)) {
            XDPBENCH_TRY(scenario::BulkContent bulk, scenario::read_bulk(node));
            bulk.where = item.where;
            content.bulk.push_back(std::move(bulk));
            continue;
        }
        scenario::MapEntry entry;
        for (const model::Value::Field& field :
             item.fields() == nullptr ? model::Value::Fields() : *item.fields()) {
            if (field.name == "key") entry.key = field.value;
            if (field.name == "value") entry.value = field.value;
        }
        if (!entry.value)
            return scenario::error_at(
                item.where,
                fmt::format("an entry of a map inside {} needs key and value", outer.name));
        content.entries.push_back(std::move(entry));
    }
    return content;
}

Result<std::optional<InnerMap>> find_inner(const TypedMap& outer, const TypedMap& definition,
                                           const MapBytes& key) {
    std::uint32_t id = 0;
    if (::bpf_map_lookup_elem(outer.fd, key.data(), &id) != 0) {
        if (errno == ENOENT) return std::optional<InnerMap>();
        return system_error(fmt::format("cannot read map {}", outer.name), errno);
    }
    InnerMap inner{UniqueFd(::bpf_map_get_fd_by_id(id)), definition};
    if (!inner.fd.valid())
        return system_error(fmt::format("cannot open a map inside {}", outer.name), errno);
    inner.map.fd = inner.fd.get();
    inner.map.name = outer.name;
    return std::optional(std::move(inner));
}

Result<InnerMap> require_inner(const TypedMap& outer, const TypedMap& definition,
                               const MapBytes& key) {
    XDPBENCH_TRY(std::optional<InnerMap> known, find_inner(outer, definition, key));
    if (known) return *std::move(known);
    auto options = bpf_options<bpf_map_create_opts>();
    options.map_flags = definition.flags;
    InnerMap made{UniqueFd(::bpf_map_create(static_cast<bpf_map_type>(definition.kind), "inner",
                                            static_cast<std::uint32_t>(definition.key.size),
                                            static_cast<std::uint32_t>(definition.value.size),
                                            definition.max_entries, &options)),
                  definition};
    if (!made.fd.valid())
        return system_error(fmt::format("cannot create a map inside {}", outer.name), errno);
    made.map.fd = made.fd.get();
    made.map.name = outer.name;
    const int fd = made.fd.get();
    MapBytes value(sizeof(fd));
    std::copy_n(reinterpret_cast<const std::uint8_t*>(&fd), sizeof(fd), value.begin());
    XDPBENCH_CHECK(update_entry(outer, key, value));
    return made;
}

}  // namespace xdpbench::bpf
