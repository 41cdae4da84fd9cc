#pragma once

#include <string_view>
#include <vector>

#include "report/json_parts.h"
#include "report/load.h"

namespace xdpbench {

// The records of one kind, as results/README.md describes them.
[[nodiscard]] Json loads_json(const std::vector<LoadRecord>& loads, std::string_view kind);

}  // namespace xdpbench
