// The part of Program that knows its maps: what they are, their sizes, whose they are, what they
// hold.
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "base/text.h"
#include "bpf/map_entries.h"
#include "bpf/map_state.h"
#include "bpf/program.h"
#include "bpf/typed_map.h"
#include "scenario/diagnostic.h"
#include "xdp_counters.h"

namespace xdpbench::bpf {
namespace {

// Whether the second, which exists, can be used as the first.
bool declared_alike(const TypedMap& declared, const TypedMap& existing) {
    // A perf buffer has one reader, and the records of both programs must find theirs.
    const bool events =
        declared.kind == BPF_MAP_TYPE_RINGBUF || declared.kind == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
    return !events && declared.kind == existing.kind && declared.key.size == existing.key.size &&
           declared.value.size == existing.value.size && declared.flags == existing.flags &&
           declared.max_entries == existing.max_entries;
}

// A map whose entries are values that can be read and written. Some per-CPU values cannot be added
// up; they are not.
bool holds_values(const TypedMap& map) {
    switch (map.kind) {
        case BPF_MAP_TYPE_HASH:
        case BPF_MAP_TYPE_ARRAY:
        case BPF_MAP_TYPE_LRU_HASH:
        case BPF_MAP_TYPE_LPM_TRIE:
            return true;
        default:
            return map.per_cpu() && (map.value.typed() || map.value.size <= sizeof(std::uint64_t));
    }
}

bool is_zero(ByteView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

// Adds what is in the map, but for an array's zeros.
Result<void> read_map(const TypedMap& map, std::vector<StoredEntry>& entries) {
    constexpr std::size_t kMostEntries = 1'000'000;  // kept, about 200 bytes each
    return for_each_entry(map, [&](ByteView key, ByteView memory) -> Result<void> {
        if (is_array(map) && is_zero(memory)) return {};
        if (entries.size() == kMostEntries) {
            return input_error(fmt::format("map {}: the maps hold more than {}", map.name,
                                           counted(kMostEntries, "entry")),
                               "write a scenario by hand that names those that matter");
        }
        XDPBENCH_TRY(MapBytes value, sum_over_cpus(map, memory));
        entries.push_back({map.name, {key.begin(), key.end()}, std::move(value)});
        return {};
    });
}

}  // namespace

Result<void> Program::configure(const scenario::Configuration& configuration) {
    if (fd() >= 0 && !is_shared()) {
        return Error{ErrorKind::system,
                     fmt::format("{} is loaded: too late to configure it", function_),
                     {},
                     {}};
    }
    for (const scenario::GlobalSetting& setting : configuration.globals)
        XDPBENCH_CHECK(is_shared() ? require_global_value(setting) : set_global(setting));
    for (const scenario::MapSize& size : configuration.sizes) XDPBENCH_CHECK(set_size(size));
    for (const scenario::MapContent& content : configuration.maps) XDPBENCH_CHECK(set_map(content));
    return {};
}

Result<TypedMap> Program::require_map(const std::string& name, const model::Location& where) const {
    if (std::optional<TypedMap> map = find_map(name)) return *std::move(map);
    return scenario::error_at(where, fmt::format("{} has no map {}{}", path_.filename().string(),
                                                 name, what_there_is(name, map_names())));
}

std::vector<std::string> Program::map_names() const {
    std::vector<std::string> names;
    for (const TypedMap& map : maps()) {
        if (map.section.empty()) names.push_back(map.name);
    }
    return names;
}

Result<MapTakeover> Program::take_over_maps(const Program& other) {
    MapTakeover maps;
    if (is_shared()) {
        maps.fresh = map_names();
        maps.gone = other.map_names();
        return maps;
    }
    for (const std::string& name : map_names()) {
        const std::optional<TypedMap> mine = find_map(name);
        const std::optional<TypedMap> theirs = other.find_map(name);
        if (!theirs || !declared_alike(*mine, *theirs)) {
            maps.fresh.push_back(name);
        } else if (const int error = ::bpf_map__reuse_fd(definition_of(name), theirs->fd);
                   error != 0) {
            return system_error(fmt::format("cannot take over map {}", name), error);
        } else {
            maps.kept.push_back(name);
        }
    }
    for (const std::string& name : other.map_names()) {
        if (std::find(maps.kept.begin(), maps.kept.end(), name) == maps.kept.end())
            maps.gone.push_back(name);
    }
    return maps;
}

Result<void> Program::set_size(const scenario::MapSize& size) {
    XDPBENCH_CHECK(require_map(size.map, {}));
    if (is_shared())
        return input_error(
            fmt::format("map {} has its size already: {} is loaded", size.map, path_.string()));
    if (const int error = ::bpf_map__set_max_entries(definition_of(size.map), size.max_entries);
        error != 0)
        return system_error(fmt::format("cannot set the size of map {}", size.map), error);
    definitions_[size.map].max_entries = size.max_entries;
    return {};
}

Result<std::vector<StoredEntry>> Program::read_maps() const {
    std::vector<StoredEntry> entries;
    for (const TypedMap& map : maps()) {
        if (!map.section.empty() || !holds_values(map)) continue;
        XDPBENCH_CHECK(read_map(map, entries));
    }
    return entries;
}

bool Program::has_fixed_entries(const std::string& map) const {
    const std::optional<TypedMap> found = find_map(map);
    return found && is_array(*found);
}

Result<std::optional<StoredEntry>> Program::find_entry(const std::string& name,
                                                       const model::Value& key) const {
    XDPBENCH_TRY(const TypedMap map, require_map(name, key.where));
    XDPBENCH_TRY(MapBytes encoded, encode(map.key, key));
    XDPBENCH_TRY(std::optional<MapBytes> value, read_entry(map, encoded));
    if (!value) return std::optional<StoredEntry>();
    return std::optional(StoredEntry{name, std::move(encoded), std::move(*value)});
}

scenario::MapEntry Program::expectation_of(const StoredEntry& entry) const {
    const TypedMap map = *find_map(entry.map);
    scenario::MapEntry expectation{decode(map.key, entry.key), {}, {}, false};
    (map.per_cpu() ? expectation.sum_cpus : expectation.value) = decode(map.value, entry.value);
    return expectation;
}

Result<MapState> Program::save_state() const {
    XDPBENCH_CHECK(require_own_maps("restore the maps before each window"));
    std::vector<TypedMap> kept = maps();
    std::erase_if(kept,
                  [](const TypedMap& map) { return map.fd < 0 || map.name == XDP_COUNTERS_MAP; });
    return MapState::save(kept);
}

}  // namespace xdpbench::bpf
