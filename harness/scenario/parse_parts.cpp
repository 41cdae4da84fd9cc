#include "scenario/parse_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "packet/hex.h"
#include "scenario/diagnostic.h"
#include "scenario/frame_ref.h"
#include "scenario/parse_bulk.h"
#include "scenario/yaml_value.h"

namespace xdpbench::scenario {
namespace {

constexpr std::string_view kNone = "none";

Result<std::string> read_mask_field(const YamlNode& node) {
    XDPBENCH_TRY(std::string field, read_line(node, "a masked field"));
    const auto known = packet::check_mask({field});
    if (!known) return placed(node.where, known.error());
    return field;
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
    if (find_entry(node, "key") == nullptr && find_entry(node, "value") != nullptr) {
        XDPBENCH_TRY(const Record record, Record::read(node, "the map entry", {"value"}));
        return MapEntry{{node.where, ""}, to_value(record.at("value")), std::nullopt, false, true};
    }
    XDPBENCH_TRY(const Record record, Record::read(node, "the map entry", {"key", "value"}));
    return MapEntry{to_value(record.at("key")), to_value(record.at("value")), std::nullopt, false};
}

// An entry that is set or deleted.
Result<MapEntry> read_map_change(const YamlNode& node) {
    if (find_entry(node, "absent") == nullptr) return read_map_entry(node);
    XDPBENCH_TRY(const Record record, Record::read(node, "the map entry", {"key", "absent"}));
    XDPBENCH_CHECK(read_absent(record.at("absent")));
    return MapEntry{to_value(record.at("key")), std::nullopt, std::nullopt, true};
}

// What maps are filled with: entries one by one, as `read_one` takes them, and many at once.
Result<std::vector<MapContent>> read_filled_maps(const YamlNode& node, ReadEntry* read_one) {
    XDPBENCH_TRY(const auto* entries, read_entries(node, "maps"));
    std::vector<MapContent> maps;
    for (const auto& [where, name, value] : *entries) {
        MapContent content{where, name, {}};
        XDPBENCH_TRY(const auto* items, read_items(value, "map " + in_quotes(name)));
        for (const YamlNode& item : *items) {
            if (is_bulk(item)) {
                XDPBENCH_TRY(BulkContent bulk, read_bulk(item));
                content.bulk.push_back(std::move(bulk));
            } else {
                XDPBENCH_TRY(MapEntry entry, read_one(item));
                content.entries.push_back(std::move(entry));
            }
        }
        maps.push_back(std::move(content));
    }
    return maps;
}

}  // namespace

Result<std::vector<GlobalSetting>> read_globals(const YamlNode& node) {
    XDPBENCH_TRY(const auto* entries, read_entries(node, "globals"));
    std::vector<GlobalSetting> globals;
    for (const auto& [where, name, value] : *entries) {
        globals.push_back({name, to_value(value)});
    }
    return globals;
}

Result<void> read_absent(const YamlNode& node) {
    const auto* const text = node.scalar();
    if (text != nullptr && *text == "true") return {};
    return error_at(node.where,
                    fmt::format("expected 'absent: true', found {}: for an entry that is "
                                "there leave the key out",
                                describe(node)));
}

Result<std::vector<MapContent>> read_maps(const YamlNode& node, ReadEntry* read_entry) {
    XDPBENCH_TRY(const auto* entries, read_entries(node, "maps"));
    std::vector<MapContent> maps;
    for (const auto& [where, name, value] : *entries) {
        XDPBENCH_TRY(auto content,
                     read_list<MapEntry>(value, "map " + in_quotes(name), read_entry));
        maps.push_back({where, name, std::move(content)});
    }
    return maps;
}

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
        XDPBENCH_TRY(configuration.maps, read_filled_maps(*maps, read_map_entry));
    }
    return configuration;
}

Result<std::vector<MapContent>> read_map_changes(const YamlNode& node) {
    return read_filled_maps(node, read_map_change);
}

Result<Metadata> read_metadata(const YamlNode& node, MetadataUse use) {
    const bool expected = use == MetadataUse::expected;
    Metadata metadata;
    metadata.where = node.where;
    if (node.scalar() == nullptr) {
        XDPBENCH_TRY(const Record record, Record::read(node, "metadata", {"type", "value"}));
        XDPBENCH_TRY(metadata.type, read_line(record.at("type"), "the metadata's type"));
        XDPBENCH_TRY(metadata.value, to_filled_value(record.at("value"), "the metadata's value"));
        return metadata;
    }
    XDPBENCH_TRY(const std::string text, read_line(node, "metadata"));
    metadata.none = expected && text == kNone;
    metadata.value = to_value(node);
    if (metadata.none || text.starts_with(packet::kHexPrefix)) return metadata;
    return error_at(node.where,
                    fmt::format("expected metadata as \"hex:...\"{} or {{ type: STRUCT, "
                                "value: {{ MEMBER: VALUE }} }}, found {}",
                                expected ? ", none" : "", describe(node)));
}

}  // namespace xdpbench::scenario
