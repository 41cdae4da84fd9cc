// `xdp-bench compare old.json new.json`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace xdpbench::commands {

// Result files of both sides, one or several each: a table on standard output. `threshold`: the
// relative slowdown that is a regression, or nothing. The exit code: 0, 1 a regression, 3 not
// judged.
Result<int> compare_result_files(const std::vector<std::string>& before,
                                 const std::vector<std::string>& after,
                                 std::optional<double> threshold);

}  // namespace xdpbench::commands
