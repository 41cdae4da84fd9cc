// `xdp-bench compare old.json new.json`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "commands/output_options.h"

namespace xdpbench::commands {

struct ResultFiles {
    std::vector<std::string> before;
    std::vector<std::string> after;
};

// Result files of both sides, one or several each: a table on standard output, and the documents
// that `outputs` names. `threshold`: the relative slowdown that is a regression, or nothing. The
// exit code: 0, 1 a regression, 3 not judged.
Result<int> compare_result_files(const ResultFiles& files, std::optional<double> threshold,
                                 const OutputArguments& outputs, const std::string& command_line);

}  // namespace xdpbench::commands
