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

// What becomes of entries while a program runs: a value, or `absent: true`.
Result<std::vector<MapContent>> read_map_changes(const YamlNode& node);

// What maps must hold.
Result<std::vector<MapContent>> read_expected_maps(const YamlNode& node);

}  // namespace xdpbench::scenario
