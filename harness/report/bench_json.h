// A bench in the JSON document.
#pragma once

#include "model/run.h"
#include "report/json_parts.h"

namespace xdpbench::report {

[[nodiscard]] Json to_json(const model::BenchRecord& bench);

}  // namespace xdpbench::report
