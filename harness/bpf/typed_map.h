// A BPF map with the types that its keys and values have by BTF, whoever opened it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "bpf/element_type.h"
#include "scenario/scenario.h"

struct bpf_map;
struct bpf_map_info;
struct bpf_object;

namespace xdpbench::bpf {

// Refers to a map: valid as long as the descriptor and the BTF are.
struct TypedMap {
    std::string name;
    int fd = -1;             // -1: not created yet
    std::uint32_t kind = 0;  // enum bpf_map_type
    std::uint32_t max_entries = 0;
    ElementType key;
    ElementType value;
    std::uint32_t flags = 0;  // of its definition (BPF_F_NO_PREALLOC ...)
    std::string section =
        {};  // ".bss": what it has are global variables; empty: a map of the user's

    [[nodiscard]] bool per_cpu() const;
};

// Whether all entries are always there.
[[nodiscard]] bool is_array(const TypedMap& map);

// A map of an object, loaded or not.
[[nodiscard]] TypedMap typed_map(const bpf_object* object, const bpf_map* map);

// A map that the kernel has, whoever created it; `name` as in the source.
[[nodiscard]] TypedMap typed_map(const bpf_map_info& info, int fd, const btf* types,
                                 std::string name);

// Sets an entry; of a per-CPU map `value` is given to every CPU.
Result<void> update_entry(const TypedMap& map, const MapBytes& key, const MapBytes& value);

// Sets an entry to what was read of one: of a per-CPU map, what each CPU has.
Result<void> update_memory(const TypedMap& map, const MapBytes& key, const MapBytes& memory);

// Bytes of what the kernel reads and writes for a value: of a per-CPU map, for all CPUs.
Result<std::size_t> memory_size(const TypedMap& map);

// How many values are in what was read of an entry: one for each CPU, or one.
[[nodiscard]] std::size_t copies_in(const TypedMap& map, ByteView memory);

// The value of one CPU (from 0) in what was read of a per-CPU map's entry.
[[nodiscard]] ByteView value_of_cpu(const TypedMap& map, ByteView memory, std::size_t cpu);

// The value in what was read of an entry; of a per-CPU map the sum over all CPUs. The error says
// that such values cannot be added up.
Result<MapBytes> sum_over_cpus(const TypedMap& map, ByteView memory);

// What is in memory for an entry; nothing if there is no such entry.
Result<std::optional<MapBytes>> read_memory(const TypedMap& map, const MapBytes& key);

// The value of an entry, of a per-CPU map the sum over all CPUs; nothing if there is no such entry.
Result<std::optional<MapBytes>> read_entry(const TypedMap& map, const MapBytes& key);

// Whether there was such an entry.
Result<bool> delete_entry(const TypedMap& map, const MapBytes& key);

// The keys that there are, at most `most`; in a map that changes meanwhile some may be missing.
Result<std::vector<MapBytes>> read_keys(const TypedMap& map, std::size_t most);

}  // namespace xdpbench::bpf
