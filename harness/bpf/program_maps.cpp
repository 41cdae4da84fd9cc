// The part of Program that sets its maps before it runs, and looks at them afterwards.
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "base/text.h"
#include "bpf/btf_value.h"
#include "bpf/bulk_map.h"
#include "bpf/choose_program.h"
#include "bpf/inner_map.h"
#include "bpf/map_entries.h"
#include "bpf/map_state.h"
#include "bpf/program.h"
#include "bpf/typed_map.h"
#include "packet/hex.h"
#include "scenario/references.h"
#include "xdp_counters.h"

namespace xdpbench::bpf {
namespace {

std::string prefix(const model::Location& where) {
    return where.file.empty() ? "" : where.text() + ": ";
}

// What an expectation of an entry says, once it is known to suit the map; nullptr for "absent".
Result<const model::Value*> expected_value(const TypedMap& map, const scenario::MapEntry& entry) {
    if (entry.absent) return nullptr;
    const std::optional<model::Value>& fitting = map.per_cpu() ? entry.sum_cpus : entry.value;
    if (fitting) return &*fitting;
    return input_error(
        fmt::format("{}map {} is {}per-CPU: write {}", prefix(entry.key.where), map.name,
                    map.per_cpu() ? "" : "not ",
                    map.per_cpu() ? "sum_cpus instead of value" : "value instead of sum_cpus"));
}

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

Result<void> validate_value(const TypedMap& map, const model::Value& value) {
    XDPBENCH_CHECK(encode(map.value, value));
    return {};
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
    return input_error(fmt::format("{}{} has no map {}{}", prefix(where), path_.filename().string(),
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

Result<TypedMap> Program::require_typed_map(const scenario::MapContent& content) const {
    return require_map(content.map, content.where);
}

// "program:NAME" becomes the file descriptor, which a program array, DEVMAP or CPUMAP takes; 0 as
// long as nothing is loaded. libbpf loads only what select_for_loading() said.
Result<model::Value> Program::with_programs(model::Value value) const {
    const auto descriptor_of = [&](const model::Location& where,
                                   const std::string& name) -> Result<std::int64_t> {
        if (is_shared())
            return input_error(
                fmt::format("{}program:{} names a program of an object file, and {} "
                            "has none",
                            prefix(where), name, path_.string()));
        std::vector<std::string> names;
        for (const bpf_program* const program : programs_of(object_.get())) {
            if (!::bpf_program__autoload(program)) continue;
            if (name == ::bpf_program__name(program))
                return fd() < 0 ? 0 : ::bpf_program__fd(program);
            names.emplace_back(::bpf_program__name(program));
        }
        return input_error(fmt::format("{}{} has no program {} that is loaded with {}{}",
                                       prefix(where), path_.filename().string(), name, function_,
                                       what_there_is(name, names)));
    };
    XDPBENCH_CHECK(scenario::replace_references(value, "program", descriptor_of));
    return value;
}

Result<void> Program::set_size(const scenario::MapSize& size) {
    XDPBENCH_CHECK(require_map(size.map, {}));
    if (is_shared())
        return input_error(
            fmt::format("map {} has its size already: {} is loaded", size.map, path_.string()));
    if (const int error = ::bpf_map__set_max_entries(definition_of(size.map), size.max_entries);
        error != 0)
        return system_error(fmt::format("cannot set the size of map {}", size.map), error);
    return {};
}

Result<void> Program::set_map(const scenario::MapContent& content) {
    XDPBENCH_TRY(const TypedMap map, require_typed_map(content));
    XDPBENCH_CHECK(require_own_maps("set entries of map " + content.map));
    for (const scenario::BulkContent& bulk : content.bulk) {
        XDPBENCH_CHECK(require_bulk(map, bulk));
        bulk_.push_back({content.map, bulk});
    }
    for (const scenario::MapEntry& entry : content.entries) XDPBENCH_CHECK(set_entry(map, entry));
    return {};
}

Result<void> Program::set_entry(const TypedMap& map, const scenario::MapEntry& entry) {
    const std::string what = "map " + map.name;
    if (!entry.value)
        return input_error(
            fmt::format("{}{}: an entry to set needs a value", prefix(entry.key.where), what));
    if (entry.keyless != (map.key.size == 0))
        return input_error(fmt::format("{}{} {}", prefix(entry.key.where), what,
                                       entry.keyless ? "has keys: expected 'key' beside 'value'"
                                                     : "has no keys: leave 'key' out"));
    if (holds_maps(map)) return set_inner(map, entry);
    Result<MapBytes> key = entry.keyless ? MapBytes() : encode(map.key, entry.key);
    if (!key) return key.error().in(what + ", key");
    XDPBENCH_TRY(const model::Value value, with_programs(*entry.value));
    if (const Result<MapBytes> fits = encode(map.value, value); !fits)
        return fits.error().in(what + ", value");
    const model::Location& where = entry.key.where;
    entries_.push_back({map.name, std::move(*key), *entry.value, map.value,
                        where.file.empty() ? "" : where.text()});
    return {};
}

Result<void> Program::write_entries() const {
    for (const PendingBulk& pending : bulk_)
        XDPBENCH_CHECK(write_bulk(*find_map(pending.map), pending.bulk));
    XDPBENCH_CHECK(write_inner());
    for (const PendingEntry& entry : entries_) {
        XDPBENCH_TRY(const model::Value known, with_programs(entry.value));
        XDPBENCH_TRY(const MapBytes value, encode(entry.type, known));
        Result<void> written = update_entry(*find_map(entry.map), entry.key, value);
        if (!written && !entry.where.empty()) return written.error().in(entry.where);
        XDPBENCH_CHECK(written);
    }
    return {};
}

Result<void> Program::change_maps(const std::vector<scenario::MapContent>& changes) const {
    for (const scenario::MapContent& content : changes) {
        XDPBENCH_TRY(const TypedMap map, require_typed_map(content));
        XDPBENCH_CHECK(require_own_maps("change map " + content.map));
        for (const scenario::MapEntry& entry : content.entries) {
            Result<MapBytes> key = encode(map.key, entry.key);
            if (!key) return key.error().in("map " + content.map + ", key");
            if (entry.absent) {
                XDPBENCH_TRY(const bool there, delete_entry(map, *key));
                if (there) continue;
                return input_error(fmt::format("{}map {}: there is no such entry to delete",
                                               prefix(entry.key.where), content.map));
            }
            XDPBENCH_TRY(const model::Value value, with_programs(*entry.value));
            Result<MapBytes> bytes = encode(map.value, value);
            if (!bytes) return bytes.error().in("map " + content.map + ", value");
            XDPBENCH_CHECK(update_entry(map, *key, *bytes));
        }
    }
    return {};
}

Result<void> Program::validate_expectations(
    const std::vector<scenario::MapContent>& expected) const {
    for (const scenario::MapContent& content : expected) {
        XDPBENCH_TRY(const TypedMap map, require_typed_map(content));
        for (const scenario::MapEntry& entry : content.entries) {
            XDPBENCH_CHECK(encode(map.key, entry.key));
            XDPBENCH_TRY(const model::Value* const value, expected_value(map, entry));
            if (value != nullptr)
                XDPBENCH_CHECK(holds_maps(map) ? Result<void>()  // judged by compare_inner()
                                               : validate_value(map, *value));
        }
    }
    return {};
}

Result<std::vector<std::string>> Program::compare_maps(
    const std::vector<scenario::MapContent>& expected) const {
    std::vector<std::string> lines;
    for (const scenario::MapContent& content : expected) {
        XDPBENCH_TRY(const TypedMap map, require_typed_map(content));
        for (const scenario::MapEntry& entry : content.entries)
            XDPBENCH_CHECK(holds_maps(map) ? compare_inner(map, entry, lines)
                                           : compare_entry(map, entry, lines));
    }
    return lines;
}

Result<void> Program::compare_entry(const TypedMap& map, const scenario::MapEntry& entry,
                                    std::vector<std::string>& lines) const {
    const std::string what = "map " + map.name;
    XDPBENCH_TRY(const model::Value* const wanted, expected_value(map, entry));
    Result<MapBytes> key = encode(map.key, entry.key);
    if (!key) return key.error().in(what + ", key");
    const std::string* const key_text = entry.key.scalar();
    const std::string place = fmt::format(
        "{}[{}]", what, key_text != nullptr ? *key_text : "hex:" + packet::to_hex(*key));
    XDPBENCH_TRY(const std::optional<MapBytes> value, read_entry(map, *key));
    if (value.has_value() != (wanted != nullptr)) {
        lines.push_back(fmt::format("{}: expected {}, but there is {}", place,
                                    wanted != nullptr ? "an entry" : "no such entry",
                                    value ? "one" : "none"));
    }
    if (!value || wanted == nullptr) return {};
    Result<std::vector<ValueDifference>> differences =
        map.value.typed() ? compare_value(map.value.types, map.value.id, *wanted, *value)
                          : compare_untyped(*wanted, *value);
    if (!differences) return differences.error().in(what + ", value");
    for (const ValueDifference& difference : *differences) {
        lines.push_back(fmt::format("{}{}{}: expected {}, got {}", place,
                                    difference.path.empty() || difference.path[0] == '[' ? "" : ".",
                                    difference.path, difference.expected, difference.actual));
    }
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
