#include "bpf/typed_map.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "bpf/btf_decode.h"
#include "bpf/btf_value.h"
#include "bpf/cpus.h"
#include "packet/hex.h"

namespace xdpbench::bpf {
namespace {

// The kernel rounds every CPU's value up to 8 bytes.
std::size_t per_cpu_stride(const TypedMap& map) { return (map.value.size + 7) / 8 * 8; }

// One copy of `value` for each CPU, as the kernel wants it.
Result<MapBytes> for_every_cpu(const TypedMap& map, const MapBytes& value) {
    XDPBENCH_TRY(const std::size_t cpus, possible_cpus());
    const std::size_t stride = per_cpu_stride(map);
    MapBytes all(cpus * stride);
    for (std::size_t cpu = 0; cpu < cpus; ++cpu) {
        std::copy(value.begin(), value.end(),
                  all.begin() + static_cast<std::ptrdiff_t>(cpu * stride));
    }
    return all;
}

}  // namespace

bool TypedMap::per_cpu() const {
    return kind == BPF_MAP_TYPE_PERCPU_ARRAY || kind == BPF_MAP_TYPE_PERCPU_HASH ||
           kind == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

TypedMap typed_map(const bpf_object* object, const bpf_map* map) {
    const btf* const types = ::bpf_object__btf(object);
    return {::bpf_map__name(map),
            ::bpf_map__fd(map),
            ::bpf_map__type(map),
            ::bpf_map__max_entries(map),
            {types, ::bpf_map__btf_key_type_id(map), ::bpf_map__key_size(map)},
            {types, ::bpf_map__btf_value_type_id(map), ::bpf_map__value_size(map)}};
}

Result<MapBytes> encode(const ElementType& type, const model::Value& value) {
    XDPBENCH_TRY(MapBytes bytes, zeroed_memory(type.size));
    XDPBENCH_CHECK(type.typed() ? encode_value(type.types, type.id, value, bytes)
                                : encode_untyped(value, bytes));
    return bytes;
}

model::Value decode(const ElementType& type, const MapBytes& memory) {
    return type.typed() ? decode_value(type.types, type.id, memory) : decode_untyped(memory);
}

Result<void> update_entry(const TypedMap& map, const MapBytes& key, const MapBytes& value) {
    MapBytes memory = value;
    if (map.per_cpu()) {
        XDPBENCH_TRY(memory, for_every_cpu(map, value));
    }
    if (::bpf_map_update_elem(map.fd, key.data(), memory.data(), BPF_ANY) == 0) return {};
    const int number = errno;
    std::string cause;
    if (number == E2BIG) {
        cause = fmt::format("the map has {}: the key is beyond them, or all are taken",
                            counted(map.max_entries, "entry"));
    } else if (number == EPERM) {
        cause = "the map is read-only from user space (frozen), or CAP_BPF is missing";
    }
    Error error = system_error(
        fmt::format("cannot set an entry of map {} (key hex:{})", map.name, packet::to_hex(key)),
        number, std::move(cause));
    if (number == E2BIG) error.kind = ErrorKind::input;
    return error;
}

Result<std::optional<MapBytes>> read_entry(const TypedMap& map, const MapBytes& key) {
    std::size_t copies = 1;
    if (map.per_cpu()) {
        if (!map.value.typed() && map.value.size > sizeof(std::uint64_t)) {
            return input_error(fmt::format("map {} has no BTF: its values of {} cannot be added up",
                                           map.name, counted(map.value.size, "byte")),
                               "declare it with __type(value, ...)");
        }
        XDPBENCH_TRY(copies, possible_cpus());
    }
    const std::size_t stride = per_cpu_stride(map);
    MapBytes memory(copies * stride);
    if (::bpf_map_lookup_elem(map.fd, key.data(), memory.data()) != 0) {
        if (errno == ENOENT) return std::optional<MapBytes>();
        return system_error(fmt::format("cannot read map {}", map.name), errno);
    }
    MapBytes sum(memory.begin(), memory.begin() + static_cast<std::ptrdiff_t>(map.value.size));
    for (std::size_t cpu = 1; cpu < copies; ++cpu) {
        const std::span<const std::uint8_t> from(memory.data() + cpu * stride, map.value.size);
        if (map.value.typed()) {
            add_values(map.value.types, map.value.id, from, sum);
        } else {
            add_untyped(from, sum);
        }
    }
    return std::optional<MapBytes>(std::move(sum));
}

Result<bool> delete_entry(const TypedMap& map, const MapBytes& key) {
    if (::bpf_map_delete_elem(map.fd, key.data()) == 0) return true;
    if (errno == ENOENT) return false;
    const int number = errno;
    return system_error(
        fmt::format("cannot delete an entry of map {}", map.name), number,
        number == EINVAL ? "an array's entries are always there" : "",
        number == EINVAL ? fmt::format("set it to 0 instead: set {}[KEY]=0", map.name) : "");
}

Result<std::vector<MapBytes>> read_keys(const TypedMap& map, std::size_t most) {
    std::vector<MapBytes> keys;
    MapBytes key(map.key.size);
    const void* previous = nullptr;
    while (keys.size() < most) {
        if (::bpf_map_get_next_key(map.fd, previous, key.data()) != 0) {
            if (errno == ENOENT) break;
            return system_error(fmt::format("cannot list the keys of map {}", map.name), errno,
                                "a map of this kind has none");
        }
        keys.push_back(key);
        previous = keys.back().data();
    }
    return keys;
}

}  // namespace xdpbench::bpf
