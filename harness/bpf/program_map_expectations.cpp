// The part of Program that compares what its maps hold with what is expected.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "bpf/btf_value.h"
#include "bpf/inner_map.h"
#include "bpf/program.h"
#include "bpf/queue_map.h"
#include "bpf/typed_map.h"
#include "packet/hex.h"
#include "scenario/diagnostic.h"

namespace xdpbench::bpf {
namespace {

// What an expectation of an entry says, once it is known to suit the map; nullptr for "absent".
Result<const model::Value*> expected_value(const TypedMap& map, const scenario::MapEntry& entry) {
    if (entry.absent) return nullptr;
    const std::optional<model::Value>& fitting = map.per_cpu() ? entry.sum_cpus : entry.value;
    if (fitting) return &*fitting;
    return scenario::error_at(
        entry.key.where,
        fmt::format("map {} is {}per-CPU: write {}", map.name, map.per_cpu() ? "" : "not ",
                    map.per_cpu() ? "sum_cpus instead of value" : "value instead of sum_cpus"));
}

// A map whose values have no keys is expected as a whole, any other by its keys.
Result<void> require_kind(const TypedMap& map, const scenario::MapContent& content) {
    for (const scenario::MapEntry& entry : content.entries) {
        const auto wrong = [&](const char* problem) {
            return scenario::error_at(entry.key.where, "map " + map.name + problem);
        };
        if (map.key.size != 0 && entry.keyless)
            return wrong(" has keys: expected 'key' beside what it holds");
        if (map.key.size != 0) continue;
        if (!is_queue(map))
            return wrong(
                " is neither a queue nor a stack, and has no keys: what is "
                "in it cannot be told");
        if (!entry.keyless)
            return wrong(
                " has no keys: leave 'key' out, and name all that it "
                "holds, in the order in which a program takes it out");
        if (entry.absent && content.entries.size() > 1)
            return wrong(": 'absent' means that it is empty: expect no value next to it");
    }
    return {};
}

Result<void> validate_entry(const TypedMap& map, const scenario::MapEntry& entry) {
    Result<MapBytes> key = entry.keyless ? MapBytes() : encode(map.key, entry.key);
    if (!key) return key.error().in("map " + map.name + ", key");
    XDPBENCH_TRY(const model::Value* const wanted, expected_value(map, entry));
    if (wanted == nullptr || holds_maps(map)) return {};
    const Result<MapBytes> value = encode(map.value, *wanted);
    if (!value) return value.error().in("map " + map.name + ", value");
    return {};
}

// Adds a line for each difference; `place`: "map flows[3]".
Result<void> add_differences(const TypedMap& map, const std::string& place,
                             const model::Value& wanted, const MapBytes& value,
                             std::vector<std::string>& lines) {
    Result<std::vector<ValueDifference>> differences =
        map.value.typed() ? compare_value(map.value.types, map.value.id, wanted, value)
                          : compare_untyped(wanted, value);
    if (!differences) return differences.error().in("map " + map.name + ", value");
    for (const ValueDifference& difference : *differences) {
        lines.push_back(fmt::format("{}{}{}: expected {}, got {}", place,
                                    difference.path.empty() || difference.path[0] == '[' ? "" : ".",
                                    difference.path, difference.expected, difference.actual));
    }
    return {};
}

Result<void> compare_queue(const TypedMap& map, const std::vector<scenario::MapEntry>& expected,
                           std::vector<std::string>& lines) {
    XDPBENCH_TRY(const std::vector<MapBytes> values, read_queue(map));
    const bool empty = expected.front().absent;
    const std::size_t wanted = empty ? 0 : expected.size();
    if (values.size() != wanted)
        lines.push_back(fmt::format("map {}: expected {}, got {}", map.name,
                                    counted(wanted, "value"), values.size()));
    for (std::size_t i = 0; i < std::min(wanted, values.size()); ++i)
        XDPBENCH_CHECK(add_differences(map, fmt::format("map {}, value {}", map.name, i),
                                       *expected[i].value, values[i], lines));
    return {};
}

}  // namespace

Result<void> Program::validate_expectations(
    const std::vector<scenario::MapContent>& expected) const {
    for (const scenario::MapContent& content : expected) {
        XDPBENCH_TRY(const TypedMap map, require_map(content.map, content.where));
        XDPBENCH_CHECK(require_kind(map, content));
        if (is_queue(map))
            XDPBENCH_CHECK(require_own_maps("take out what map " + map.name + " holds"));
        for (const scenario::MapEntry& entry : content.entries) {
            XDPBENCH_CHECK(validate_entry(map, entry));
            if (!holds_maps(map) || entry.absent) continue;
            XDPBENCH_TRY(const TypedMap inner, inner_definition_of(map.name));
            XDPBENCH_TRY(const scenario::MapContent inside, expected_inner(map, *entry.value));
            for (const scenario::MapEntry& one : inside.entries)
                XDPBENCH_CHECK(validate_entry(inner, one));
        }
    }
    return {};
}

Result<std::vector<std::string>> Program::compare_maps(
    const std::vector<scenario::MapContent>& expected) const {
    std::vector<std::string> lines;
    for (const scenario::MapContent& content : expected) {
        XDPBENCH_TRY(const TypedMap map, require_map(content.map, content.where));
        if (is_queue(map)) {
            XDPBENCH_CHECK(compare_queue(map, content.entries, lines));
            continue;
        }
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
    return add_differences(map, place, *wanted, *value, lines);
}

std::vector<std::string> Program::own_queues() const {
    std::vector<std::string> names;
    for (const TypedMap& map : maps()) {
        if (is_queue(map) && require_own_maps({})) names.push_back(map.name);
    }
    return names;
}

Result<std::vector<scenario::MapEntry>> Program::expectation_of_queue(
    const std::string& name) const {
    XDPBENCH_TRY(const TypedMap map, require_map(name, {}));
    XDPBENCH_TRY(const std::vector<MapBytes> values, read_queue(map));
    std::vector<scenario::MapEntry> entries;
    for (const MapBytes& value : values)
        entries.push_back({{}, decode(map.value, value), std::nullopt, false, true});
    if (entries.empty()) entries.push_back({{}, std::nullopt, std::nullopt, true, true});
    return entries;
}

}  // namespace xdpbench::bpf
