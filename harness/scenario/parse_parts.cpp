#include "scenario/parse_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "scenario/diagnostic.h"
#include "scenario/frame_ref.h"
#include "scenario/yaml_value.h"

namespace xdpbench::scenario {
namespace {

Result<std::string> read_mask_field(const YamlNode& node) {
    XDPBENCH_TRY(std::string field, read_line(node, "a masked field"));
    const auto known = packet::check_mask({field});
    if (!known) return placed(node.where, known.error());
    return field;
}

Result<std::vector<GlobalSetting>> read_globals(const YamlNode& node) {
    XDPBENCH_TRY(const auto* entries, read_entries(node, "globals"));
    std::vector<GlobalSetting> globals;
    for (const auto& [where, name, value] : *entries) {
        globals.push_back({name, to_value(value)});
    }
    return globals;
}

// An entry a map is filled with.
Result<MapEntry> read_map_entry(const YamlNode& node) {
    for (const std::string_view key : {"sum_cpus", "absent"}) {
        const auto* const entry = find_entry(node, key);
        if (entry == nullptr) continue;
        return error_at(entry->where,
                        fmt::format("key {} is for expectations: a map is filled with "
                                    "key and value",
                                    in_quotes(key)));
    }
    XDPBENCH_TRY(const Record record, Record::read(node, "the map entry", {"key", "value"}));
    return MapEntry{to_value(record.at("key")), to_value(record.at("value")), std::nullopt, false};
}

Result<void> read_absent(const YamlNode& node) {
    const auto* const text = node.scalar();
    if (text != nullptr && *text == "true") return {};
    return error_at(node.where,
                    fmt::format("expected 'absent: true', found {}: for an entry that is "
                                "there leave the key out",
                                describe(node)));
}

// An entry that is set or deleted.
Result<MapEntry> read_map_change(const YamlNode& node) {
    if (find_entry(node, "absent") == nullptr) return read_map_entry(node);
    XDPBENCH_TRY(const Record record, Record::read(node, "the map entry", {"key", "absent"}));
    XDPBENCH_CHECK(read_absent(record.at("absent")));
    return MapEntry{to_value(record.at("key")), std::nullopt, std::nullopt, true};
}

// What is expected of an entry.
Result<MapEntry> read_expected_entry(const YamlNode& node) {
    XDPBENCH_TRY(const Record record, Record::read(node, "the expected map entry", {"key"},
                                                   {"value", "sum_cpus", "absent"}));
    if (record.entries().size() != 2) {
        return error_at(node.where,
                        "the expected map entry needs exactly one of value, sum_cpus and "
                        "absent next to its key");
    }
    MapEntry entry{to_value(record.at("key")), std::nullopt, std::nullopt, false};
    if (const auto* value = record.find("value")) entry.value = to_value(*value);
    if (const auto* value = record.find("sum_cpus")) entry.sum_cpus = to_value(*value);
    if (const auto* value = record.find("absent")) {
        XDPBENCH_CHECK(read_absent(*value));
        entry.absent = true;
    }
    return entry;
}

template <class ReadEntry>
Result<std::vector<MapContent>> read_maps(const YamlNode& node, ReadEntry read_entry) {
    XDPBENCH_TRY(const auto* entries, read_entries(node, "maps"));
    std::vector<MapContent> maps;
    for (const auto& [where, name, value] : *entries) {
        XDPBENCH_TRY(auto content,
                     read_list<MapEntry>(value, "map " + in_quotes(name), read_entry));
        maps.push_back({where, name, std::move(content)});
    }
    return maps;
}

}  // namespace

Names action_names() {
    Names names;
    for (int i = 0; i < model::kActionCount; ++i)
        names.emplace_back(model::action_name(static_cast<model::Action>(i)));
    return names;
}

Result<model::Action> read_action(const YamlNode& node) {
    XDPBENCH_TRY(const std::string name, read_line(node, "the action"));
    if (const auto action = model::parse_action(name)) return *action;
    return error_at(node.where, fmt::format("unknown action {}{}", in_quotes(name),
                                            correction(name, action_names())));
}

Result<FrameRef> read_frame_ref(const YamlNode& node) {
    XDPBENCH_TRY(const std::string text, read_line(node, "frames"));
    return parse_frame_ref(text, node.where);
}

Result<packet::Mask> read_mask(const Record& record, const Names& frames) {
    const auto* const entry = record.entry("mask");
    if (entry == nullptr) return packet::Mask{};
    const bool applies = std::any_of(frames.begin(), frames.end(), [&](const std::string& key) {
        return record.find(key) != nullptr;
    });
    if (!applies) {
        return error_at(entry->where,
                        fmt::format("key 'mask' without frames to compare: expected {} next to it",
                                    alternatives(frames)));
    }
    return read_list<std::string>(entry->value, "mask", read_mask_field);
}

Result<Configuration> read_configuration(const Record& record) {
    Configuration configuration;
    if (const auto* globals = record.find("globals")) {
        XDPBENCH_TRY(configuration.globals, read_globals(*globals));
    }
    if (const auto* maps = record.find("maps")) {
        XDPBENCH_TRY(configuration.maps, read_maps(*maps, read_map_entry));
    }
    return configuration;
}

Result<std::vector<MapContent>> read_map_changes(const YamlNode& node) {
    return read_maps(node, read_map_change);
}

Result<std::vector<MapContent>> read_expected_maps(const YamlNode& node) {
    return read_maps(node, read_expected_entry);
}

}  // namespace xdpbench::scenario
