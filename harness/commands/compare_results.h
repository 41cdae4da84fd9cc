// `xdp-bench compare old.json new.json`.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace xdpbench::commands {

// Two result files: a table on standard output. `threshold`: the relative slowdown that is a
// regression, or nothing. The exit code: 0, 1 a regression, 3 not judged.
Result<int> compare_result_files(const std::string& before, const std::string& after,
                                 std::optional<double> threshold);

}  // namespace xdpbench::commands
