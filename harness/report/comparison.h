// What `xdp-bench compare BASE CONTENDER` found, for readers and for machines.
#pragma once

#include <string>

#include "report/model.h"

namespace xdpbench {

// The console report.
[[nodiscard]] std::string comparison_text(const CompareRecord& record);

// The JSON document; results/README.md defines every field.
[[nodiscard]] std::string to_json(const CompareRecord& record);

}  // namespace xdpbench
