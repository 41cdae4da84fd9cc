// What several parts of a scenario have in common, read from its YAML.
#pragma once

#include <vector>

#include "base/result.h"
#include "scenario/reader.h"
#include "scenario/scenario.h"

namespace xdpbench::scenario {

[[nodiscard]] Names action_names();

Result<model::Action> read_action(const YamlNode& node);
Result<FrameRef> read_frame_ref(const YamlNode& node);

// The key `mask` of `record`. `frames` says what a mask applies to: where there is none of that, a
// mask would mean nothing and is an error.
Result<packet::Mask> read_mask(const Record& record, const Names& frames);

// The keys `globals` and `maps` of `record`.
Result<Configuration> read_configuration(const Record& record);

// Global variables by name, with a value each.
Result<std::vector<GlobalSetting>> read_globals(const YamlNode& node);

// What becomes of entries while a program runs: a value, or `absent: true`; many at once as in
// `maps`.
Result<std::vector<MapContent>> read_map_changes(const YamlNode& node);

// Maps by name, each a list of entries that `read_entry` takes.
using ReadEntry = Result<MapEntry>(const YamlNode& node);
Result<std::vector<MapContent>> read_maps(const YamlNode& node, ReadEntry* read_entry);

// The value of the key `absent`: true.
Result<void> read_absent(const YamlNode& node);

// `none` is taken only where metadata is expected: what is given to a program is left out instead.
enum class MetadataUse { given, expected };
Result<Metadata> read_metadata(const YamlNode& node, MetadataUse use);

}  // namespace xdpbench::scenario
