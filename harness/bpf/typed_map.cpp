#include "bpf/typed_map.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "bpf/btf_decode.h"
#include "bpf/btf_type.h"
#include "bpf/cpus.h"
#include "bpf/entry_refusal.h"
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

// A lookup takes the longest prefix that matches: only the list of keys tells whether this one is
// there.
Result<bool> has_prefix(const TypedMap& map, const MapBytes& key) {
    XDPBENCH_TRY(const std::vector<MapBytes> keys, read_keys(map, map.max_entries));
    return std::any_of(keys.begin(), keys.end(),
                       [&](const MapBytes& known) { return same_prefix(known, key); });
}

// ".bss" of the map that holds a section: its value's type is that section.
std::string section_of(const btf* types, std::uint32_t value, const std::string& name) {
    const btf_type* const type = types == nullptr ? nullptr : ::btf__type_by_id(types, value);
    if (value != 0 && type != nullptr && ::btf_is_datasec(type))
        return ::btf__name_by_offset(types, type->name_off);
    const std::size_t dot = name.find('.');  // no name that C takes
    return dot == std::string::npos ? "" : name.substr(dot);
}

// As `set` takes it.
std::string zero_of(const TypedMap& map) {
    if (!map.value.typed()) return "hex:" + packet::to_hex(MapBytes(map.value.size));
    const btf_type* const type = resolve_type(map.value.types, map.value.id).type;
    if (type != nullptr && ::btf_is_composite(type)) return "{}";
    return type != nullptr && ::btf_is_array(type) ? "[]" : "0";
}

}  // namespace

bool TypedMap::per_cpu() const {
    return kind == BPF_MAP_TYPE_PERCPU_ARRAY || kind == BPF_MAP_TYPE_PERCPU_HASH ||
           kind == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

bool is_array(const TypedMap& map) {
    return map.kind == BPF_MAP_TYPE_ARRAY || map.kind == BPF_MAP_TYPE_PERCPU_ARRAY;
}

TypedMap typed_map(const bpf_object* object, const bpf_map* map) {
    const btf* const types = ::bpf_object__btf(object);
    const std::uint32_t kind = ::bpf_map__type(map);
    const std::string name = ::bpf_map__name(map);
    // Since 1.4 libbpf keeps the descriptor of a placeholder for a map that it does not create, and
    // asks an inner map for the object that it does not know.
    const int fd = ::bpf_map__autocreate(map) ? ::bpf_map__fd(map) : -1;
    return {
        name,
        fd,
        kind,
        ::bpf_map__max_entries(map),
        key_type(kind, {types, ::bpf_map__btf_key_type_id(map), ::bpf_map__key_size(map)}),
        value_type(kind, {types, ::bpf_map__btf_value_type_id(map), ::bpf_map__value_size(map)}),
        ::bpf_map__map_flags(map),
        ::bpf_map__is_internal(map) ? section_of(nullptr, 0, name) : ""};
}

TypedMap typed_map(const bpf_map_info& info, int fd, const btf* types, std::string name) {
    std::string section = section_of(types, info.btf_value_type_id, name);
    return {std::move(name),
            fd,
            info.type,
            info.max_entries,
            key_type(info.type, {types, info.btf_key_type_id, info.key_size}),
            value_type(info.type, {types, info.btf_value_type_id, info.value_size}),
            info.map_flags,
            std::move(section)};
}

Result<void> update_entry(const TypedMap& map, const MapBytes& key, const MapBytes& value) {
    if (!map.per_cpu()) return update_memory(map, key, value);
    XDPBENCH_TRY(const MapBytes memory, for_every_cpu(map, value));
    return update_memory(map, key, memory);
}

Result<void> update_memory(const TypedMap& map, const MapBytes& key, const MapBytes& memory) {
    const RefusedEntry entry{map.kind, map.max_entries, memory};
    const std::string attempt =
        fmt::format("cannot set an entry of map {} (key hex:{})", map.name, packet::to_hex(key));
    if (const EntryReason reason = why_not_stored(entry); !reason.cause.empty())
        return Error{ErrorKind::system, attempt + ": qsize is 0", reason.cause, reason.advice};
    // Of a queue, a stack and a bloom filter the kernel takes no key: it pushes the value.
    if (::bpf_map_update_elem(map.fd, key.empty() ? nullptr : key.data(), memory.data(), BPF_ANY) ==
        0)
        return {};
    const int number = errno;
    const EntryReason reason = why_refused(entry, number);
    return system_error(attempt, number, reason.cause, reason.advice);
}

Result<std::size_t> memory_size(const TypedMap& map) {
    if (!map.per_cpu()) return map.value.size;
    XDPBENCH_TRY(const std::size_t cpus, possible_cpus());
    return cpus * per_cpu_stride(map);
}

std::size_t copies_in(const TypedMap& map, ByteView memory) {
    return map.per_cpu() ? memory.size() / per_cpu_stride(map) : 1;
}

ByteView value_of_cpu(const TypedMap& map, ByteView memory, std::size_t cpu) {
    return memory.subspan(cpu * per_cpu_stride(map), map.value.size);
}

Result<MapBytes> sum_over_cpus(const TypedMap& map, ByteView memory) {
    MapBytes sum(memory.begin(), memory.begin() + static_cast<std::ptrdiff_t>(map.value.size));
    if (!map.per_cpu()) return sum;
    if (!map.value.typed() && map.value.size > sizeof(std::uint64_t)) {
        return input_error(fmt::format("map {} has no BTF: its values of {} cannot be added up",
                                       map.name, counted(map.value.size, "byte")),
                           "declare it with __type(value, ...)");
    }
    for (std::size_t cpu = 1; cpu < copies_in(map, memory); ++cpu) {
        if (map.value.typed()) {
            add_values(map.value.types, map.value.id, value_of_cpu(map, memory, cpu), sum);
        } else {
            add_untyped(value_of_cpu(map, memory, cpu), sum);
        }
    }
    return sum;
}

Result<std::optional<MapBytes>> read_memory(const TypedMap& map, const MapBytes& key) {
    if (map.key.prefix) {
        XDPBENCH_TRY(const bool there, has_prefix(map, key));
        if (!there) return std::optional<MapBytes>();
    }
    XDPBENCH_TRY(const std::size_t size, memory_size(map));
    MapBytes memory(size);
    if (::bpf_map_lookup_elem(map.fd, key.data(), memory.data()) == 0)
        return std::optional(std::move(memory));
    if (errno == ENOENT) return std::optional<MapBytes>();
    return system_error(fmt::format("cannot read map {}", map.name), errno);
}

Result<std::optional<MapBytes>> read_entry(const TypedMap& map, const MapBytes& key) {
    XDPBENCH_TRY(const std::optional<MapBytes> memory, read_memory(map, key));
    if (!memory) return std::optional<MapBytes>();
    XDPBENCH_TRY(MapBytes value, sum_over_cpus(map, *memory));
    return std::optional(std::move(value));
}

Result<bool> delete_entry(const TypedMap& map, const MapBytes& key) {
    if (::bpf_map_delete_elem(map.fd, key.data()) == 0) return true;
    if (errno == ENOENT) return false;
    const int number = errno;
    return system_error(fmt::format("cannot delete an entry of map {}", map.name), number,
                        number == EINVAL ? "an array's entries are always there" : "",
                        number == EINVAL ? fmt::format("set it to zero instead: set {}[KEY]={}",
                                                       map.name, zero_of(map))
                                         : "");
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
