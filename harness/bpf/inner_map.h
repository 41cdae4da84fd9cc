// Maps inside maps.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "bpf/typed_map.h"
#include "scenario/scenario.h"

struct bpf_map;
struct bpf_object;

namespace xdpbench::bpf {

// Whether the map's values are other maps.
[[nodiscard]] bool holds_maps(const TypedMap& map);

// What the object says of the maps inside: kind, sizes, types. Nothing once it is loaded, when
// libbpf has forgotten it.
[[nodiscard]] std::optional<TypedMap> inner_definition(const bpf_object* object,
                                                       const bpf_map* outer);

// Entries of an inner map as a value has them: `[{ key: 7, value: 5 }, { keys: 8..99, value: i }]`.
Result<scenario::MapContent> inner_content(const TypedMap& outer, const model::Value& value);

// A map inside: its descriptor, and how it is used while that is open.
struct InnerMap {
    UniqueFd fd;
    TypedMap map;
};

// The one at `key`; nothing if there is none.
Result<std::optional<InnerMap>> find_inner(const TypedMap& outer, const TypedMap& definition,
                                           const MapBytes& key);
// The one at `key`, created and put there if there is none.
Result<InnerMap> require_inner(const TypedMap& outer, const TypedMap& definition,
                               const MapBytes& key);

}  // namespace xdpbench::bpf
