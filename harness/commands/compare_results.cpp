#include "report/compare_results.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/print.h"
#include "commands/compare_results.h"

namespace xdpbench::commands {
namespace {

Result<report::SavedResult> read_result(const std::string& path) {
    XDPBENCH_TRY(const std::string text, read_file(path));
    return report::parse_result(text, path);
}

}  // namespace

Result<int> compare_result_files(const std::string& before, const std::string& after,
                                 std::optional<double> threshold) {
    XDPBENCH_TRY(const report::SavedResult old_result, read_result(before));
    XDPBENCH_TRY(const report::SavedResult new_result, read_result(after));
    const report::ResultTable table = report::compare_results(old_result, new_result, threshold);
    print(stdout, "old: {}, {}\nnew: {}, {}\n\n{}", before, old_result.started, after,
          new_result.started, report::to_text(table));
    return report::exit_code_of(table, threshold.has_value());
}

}  // namespace xdpbench::commands
