#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "scenario/scenario.h"
#include "scenario/yaml.h"

namespace xdpbench {

// Strict: an unknown or repeated key, a missing one, a wrong type or a value out of range is an
// input error "file:line:column: ..." that says what was expected (and the nearest key, for a
// typo). All errors are found before anything is created.
Result<Scenario> parse_scenario(const std::filesystem::path& file);

// The same from text; `file` is what errors name.
Result<Scenario> parse_scenario_text(const std::string& text, const std::filesystem::path& file);

// The tree as a value: text, lists and fields.
[[nodiscard]] Value to_value(const YamlNode& node);

// "a.pcap", "a.pcap#3", "a.pcap#3-5" or "hex:0011...". The file name ends at the last '#'; it is
// not resolved here. Hex has to be at least an Ethernet header.
Result<FrameRef> parse_frame_ref(const std::string& text, const Location& where);

}  // namespace xdpbench
