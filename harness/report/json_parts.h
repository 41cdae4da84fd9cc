// Parts of the JSON document that several of its keys are made of.
#pragma once

#include <nlohmann/json.hpp>

#include "report/common.h"
#include "report/model.h"

namespace xdpbench {

using Json = nlohmann::ordered_json;

[[nodiscard]] Json to_json(const ActionTally& tally);
[[nodiscard]] Json to_json(const Losses& losses);
[[nodiscard]] Json to_json(const ProgramRecord& program);
[[nodiscard]] Json setup_json(const BenchSetup& setup);

}  // namespace xdpbench
