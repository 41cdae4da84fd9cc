// Many entries of a map at once, as a scenario writes them.
#pragma once

#include "base/result.h"
#include "scenario/reader.h"
#include "scenario/scenario.h"

namespace xdpbench::scenario {

// Whether it is no single entry: it has `keys` or `file`.
[[nodiscard]] bool is_bulk(const YamlNode& node);

// `{ keys: 0..65535, value: PATTERN }`, with `key: PATTERN` where a key is more than the number, or
// `{ file: FILE }`, seen from the scenario's folder.
Result<BulkContent> read_bulk(const YamlNode& node);

}  // namespace xdpbench::scenario
