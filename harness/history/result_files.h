// The files of a history.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "history/series.h"

namespace xdpbench::history {

struct FoundFiles {
    std::vector<std::filesystem::path> files;  // each once, sorted
    std::vector<LeftOut> left_out;             // folders that cannot be read
};

// Each of `paths` is a file, or a folder: all files NAME.json in it and in the folders below. An
// input error if one does not exist.
Result<FoundFiles> find_result_files(const std::vector<std::string>& paths);

// Reads them one after the other. What cannot be used is left out with a reason; an interruption is
// an error. `progress` is told before each file how many have been read.
Result<History> read_history(const FoundFiles& found, HistoryPlan plan,
                             const std::function<void(std::size_t)>& progress);

}  // namespace xdpbench::history
