// The type of a map's keys or values, and their text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "model/value.h"

struct btf;

namespace xdpbench::bpf {

using MapBytes = std::vector<std::uint8_t>;

// The type of a map's keys or values.
struct ElementType {
    const btf* types = nullptr;
    std::uint32_t id = 0;
    std::size_t size = 0;  // bytes
    bool prefix = false;   // a key of an LPM trie: may be written as 10.0.0.0/8

    [[nodiscard]] bool typed() const { return id != 0 && types != nullptr; }
};

// The type of the keys of a map of this kind (enum bpf_map_type), `key` by its definition.
[[nodiscard]] ElementType key_type(std::uint32_t kind, ElementType key);

// The same of its values: those that name redirect targets have a type even if the object tells
// none.
[[nodiscard]] ElementType value_type(std::uint32_t kind, ElementType value);

// The memory of a key, or of one CPU's value. The error says what was expected.
Result<MapBytes> encode(const ElementType& type, const model::Value& value);

// What encode() would be given.
[[nodiscard]] model::Value decode(const ElementType& type, const MapBytes& memory);

// Whether two keys of an LPM trie are the same prefix, whatever is behind it.
[[nodiscard]] bool same_prefix(const MapBytes& one, const MapBytes& other);

}  // namespace xdpbench::bpf
