#pragma once

#include <vector>

#include "model/load.h"
#include "report/json_parts.h"

namespace xdpbench::report {

// The records of one kind, as results/README.md describes them.
[[nodiscard]] Json loads_json(const std::vector<model::LoadRecord>& loads, model::LoadKind kind);

}  // namespace xdpbench::report
