// The part of Program that writes entries of its maps: before it runs, and between its runs.
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <cstdint>
#include <cstring>

#include "base/text.h"
#include "bpf/bulk_map.h"
#include "bpf/choose_program.h"
#include "bpf/entry_refusal.h"
#include "bpf/inner_map.h"
#include "bpf/program.h"
#include "bpf/typed_map.h"
#include "scenario/diagnostic.h"
#include "scenario/references.h"

namespace xdpbench::bpf {
namespace {

// The key of an entry that is to be deleted.
Result<MapBytes> encode_deleted(const TypedMap& map, const scenario::MapEntry& entry) {
    if (is_array(map))
        return scenario::error_at(
            entry.key.where,
            fmt::format("map {} is an array, whose entries are always there: set the "
                        "value to 0 instead of deleting it",
                        map.name));
    Result<MapBytes> key = encode(map.key, entry.key);
    if (!key) return key.error().in("map " + map.name + ", key");
    return key;
}

// So that a key beyond an array is found before anything is loaded.
Result<void> require_index(const TypedMap& map, const MapBytes& key, const model::Location& where) {
    std::uint32_t index = 0;
    if (!is_indexed(map.kind) || map.max_entries == 0 || key.size() != sizeof(index)) return {};
    std::memcpy(&index, key.data(), sizeof(index));
    if (index < map.max_entries) return {};
    return scenario::error_at(
        where,
        fmt::format("map {} has {}: a key of {} is beyond {}", map.name,
                    counted(map.max_entries, "entry"), index,
                    map.max_entries == 1 ? "it, whose key is 0"
                                         : fmt::format("them, 0 to {}", map.max_entries - 1)));
}

}  // namespace

// "program:NAME" becomes the file descriptor, which a program array, DEVMAP or CPUMAP takes; 0 as
// long as nothing is loaded. libbpf loads what select_for_loading() said, and what is named here
// before that as the target of a tail call.
Result<model::Value> Program::with_programs(const TypedMap& map, model::Value value) const {
    const auto descriptor_of = [&](const model::Location& where,
                                   const std::string& name) -> Result<std::int64_t> {
        if (is_shared())
            return scenario::error_at(
                where, fmt::format("program:{} names a program of an object file, and {} has none",
                                   name, path_.string()));
        std::vector<std::string> names;
        for (bpf_program* const program : programs_of(object_.get())) {
            const bool meant = name == ::bpf_program__name(program);
            if (meant && fd() < 0 && map.kind == BPF_MAP_TYPE_PROG_ARRAY)
                load_as_called(program, program_);
            if (!::bpf_program__autoload(program)) continue;
            if (meant) return fd() < 0 ? 0 : ::bpf_program__fd(program);
            names.emplace_back(::bpf_program__name(program));
        }
        return scenario::error_at(
            where,
            fmt::format("{} has no program {} that is loaded with {}{}", path_.filename().string(),
                        name, function_, what_there_is(name, names)));
    };
    XDPBENCH_CHECK(scenario::replace_references(value, "program", descriptor_of));
    return value;
}

Result<void> Program::set_map(const scenario::MapContent& content) {
    XDPBENCH_TRY(const TypedMap map, require_map(content.map, content.where));
    XDPBENCH_CHECK(require_own_maps("set entries of map " + content.map));
    for (const scenario::BulkContent& bulk : content.bulk) {
        XDPBENCH_CHECK(require_bulk(map, bulk));
        bulk_.push_back({content.map, bulk});
    }
    for (const scenario::MapEntry& entry : content.entries) {
        if (holds_maps(map)) {
            XDPBENCH_TRY(PendingInner inner, encoded_inner(map, entry));
            inner_.push_back(std::move(inner));
        } else {
            XDPBENCH_TRY(PendingEntry encoded, encoded_entry(map, entry));
            entries_.push_back(std::move(encoded));
        }
    }
    return {};
}

Result<void> Program::require_settable(const TypedMap& map, const scenario::MapEntry& entry) {
    const auto wrong = [&](const char* problem) {
        return scenario::error_at(entry.key.where, "map " + map.name + problem);
    };
    if (!entry.value) return wrong(": an entry to set needs a value");
    if (entry.keyless == (map.key.size == 0)) return {};
    return wrong(entry.keyless ? " has keys: expected 'key' beside 'value'"
                               : " has no keys: leave 'key' out");
}

Result<Program::PendingEntry> Program::encoded_entry(const TypedMap& map,
                                                     const scenario::MapEntry& entry) const {
    XDPBENCH_CHECK(require_settable(map, entry));
    Result<MapBytes> key = entry.keyless ? MapBytes() : encode(map.key, entry.key);
    if (!key) return key.error().in("map " + map.name + ", key");
    XDPBENCH_CHECK(require_index(map, *key, entry.key.where));
    XDPBENCH_TRY(const model::Value value, with_programs(map, *entry.value));
    if (const Result<MapBytes> fits = encode(map.value, value); !fits)
        return fits.error().in("map " + map.name + ", value");
    const model::Location& where = entry.key.where;
    return PendingEntry{map.name, std::move(*key), *entry.value,
                        where.file.empty() ? "" : where.text()};
}

Result<void> Program::write_entry(const PendingEntry& entry) const {
    const TypedMap map = *find_map(entry.map);
    XDPBENCH_TRY(const model::Value known, with_programs(map, entry.value));
    XDPBENCH_TRY(const MapBytes value, encode(map.value, known));
    Result<void> written = update_entry(map, entry.key, value);
    if (!written && !entry.where.empty()) return written.error().in(entry.where);
    return written;
}

Result<void> Program::write_entries() const {
    for (const PendingBulk& pending : bulk_)
        XDPBENCH_CHECK(write_bulk(*find_map(pending.map), pending.bulk));
    for (const PendingInner& inner : inner_) XDPBENCH_CHECK(write_inner(inner));
    for (const PendingEntry& entry : entries_) XDPBENCH_CHECK(write_entry(entry));
    return {};
}

Result<void> Program::validate_changes(const std::vector<scenario::MapContent>& changes) const {
    for (const scenario::MapContent& content : changes) {
        XDPBENCH_TRY(const TypedMap map, require_map(content.map, content.where));
        XDPBENCH_CHECK(require_own_maps("change map " + content.map));
        for (const scenario::BulkContent& bulk : content.bulk)
            XDPBENCH_CHECK(require_bulk(map, bulk));
        for (const scenario::MapEntry& entry : content.entries) {
            if (entry.absent) {
                XDPBENCH_CHECK(encode_deleted(map, entry));
            } else if (holds_maps(map)) {
                XDPBENCH_CHECK(encoded_inner(map, entry));
            } else {
                XDPBENCH_CHECK(encoded_entry(map, entry));
            }
        }
    }
    return {};
}

Result<void> Program::change_maps(const std::vector<scenario::MapContent>& changes) const {
    for (const scenario::MapContent& content : changes) {
        XDPBENCH_TRY(const TypedMap map, require_map(content.map, content.where));
        XDPBENCH_CHECK(require_own_maps("change map " + content.map));
        for (const scenario::BulkContent& bulk : content.bulk)
            XDPBENCH_CHECK(write_bulk(map, bulk));
        for (const scenario::MapEntry& entry : content.entries)
            XDPBENCH_CHECK(change_entry(map, entry));
    }
    return {};
}

Result<void> Program::change_entry(const TypedMap& map, const scenario::MapEntry& entry) const {
    if (entry.absent) {
        XDPBENCH_TRY(const MapBytes key, encode_deleted(map, entry));
        XDPBENCH_TRY(const bool there, delete_entry(map, key));
        if (there) return {};
        return scenario::error_at(
            entry.key.where, fmt::format("map {}: there is no such entry to delete", map.name));
    }
    if (holds_maps(map)) {
        XDPBENCH_TRY(const PendingInner inner, encoded_inner(map, entry));
        return write_inner(inner);
    }
    XDPBENCH_TRY(const PendingEntry encoded, encoded_entry(map, entry));
    return write_entry(encoded);
}

}  // namespace xdpbench::bpf
