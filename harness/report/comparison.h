// A comparison of two programs, for readers and for machines.
#pragma once

#include <string>

#include "model/comparison.h"

namespace xdpbench::report {

// The console report.
[[nodiscard]] std::string comparison_text(const model::CompareRecord& record);

// The JSON document; results/README.md defines every field.
[[nodiscard]] std::string to_json(const model::CompareRecord& record);

}  // namespace xdpbench::report
