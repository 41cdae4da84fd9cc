// What somebody else's generator sent, as JSON. Pure.
#pragma once

#include <vector>

#include "model/external.h"
#include "report/json_parts.h"

namespace xdpbench::report {

[[nodiscard]] Json externals_json(const std::vector<model::ExternalRecord>& externals);

}  // namespace xdpbench::report
