#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "scenario/scenario.h"

namespace xdpbench::scenario {

// Strict: an unknown or repeated key, a missing one, a wrong type or a value out of range is an
// input error "file:line:column: ..." that says what was expected (and the nearest key, for a
// typo). All errors are found before anything is created.
Result<Scenario> parse_scenario(const std::filesystem::path& file);

// The same from text; `file` is what errors name.
Result<Scenario> parse_scenario_text(const std::string& text, const std::filesystem::path& file);

}  // namespace xdpbench::scenario
