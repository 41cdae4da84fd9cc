#include "report/compare_results.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/print.h"
#include "commands/compare_results.h"

namespace xdpbench::commands {
namespace {

// `read` gets a line for each.
Result<report::SavedResult> read_side(const char* side, const std::vector<std::string>& paths,
                                      std::string& read) {
    std::vector<report::SavedResult> results;
    for (const std::string& path : paths) {
        XDPBENCH_TRY(const std::string text, read_file(path));
        XDPBENCH_TRY(report::SavedResult result, report::parse_result(text, path));
        read += fmt::format("{}: {}, {}\n", side, path, result.started);
        results.push_back(std::move(result));
    }
    return report::merge_results(results, paths);
}

}  // namespace

Result<int> compare_result_files(const std::vector<std::string>& before,
                                 const std::vector<std::string>& after,
                                 std::optional<double> threshold) {
    std::string read;
    XDPBENCH_TRY(const report::SavedResult old_result, read_side("old", before, read));
    XDPBENCH_TRY(const report::SavedResult new_result, read_side("new", after, read));
    const report::ResultTable table = report::compare_results(old_result, new_result, threshold);
    print(stdout, "{}\n{}", read, report::to_text(table));
    return report::exit_code_of(table, threshold.has_value());
}

}  // namespace xdpbench::commands
