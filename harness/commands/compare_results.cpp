#include "report/compare_results.h"

#include <fmt/format.h>

#include "base/file.h"
#include "commands/compare_results.h"

namespace xdpbench {
namespace {

Result<SavedResult> read_result(const std::string& path) {
    XDPBENCH_TRY(const std::string text, read_file(path));
    return parse_result(text, path);
}

}  // namespace

Result<int> compare_result_files(const std::string& before, const std::string& after,
                                 std::optional<double> threshold) {
    XDPBENCH_TRY(const SavedResult old_result, read_result(before));
    XDPBENCH_TRY(const SavedResult new_result, read_result(after));
    const ResultTable table = compare_results(old_result, new_result, threshold);
    fmt::print("old: {}, {}\nnew: {}, {}\n\n{}", before, old_result.started, after,
               new_result.started, to_text(table));
    return exit_code_of(table, threshold.has_value());
}

}  // namespace xdpbench
