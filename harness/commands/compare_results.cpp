#include "report/compare_results.h"

#include <fmt/format.h>

#include "base/clock.h"
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

Result<int> compare_result_files(const ResultFiles& files, std::optional<double> threshold,
                                 const OutputArguments& outputs, const std::string& command_line) {
    const Clock::time_point start = Clock::now();
    std::string read;
    for (const std::vector<std::string>* const side : {&files.before, &files.after})
        XDPBENCH_CHECK(require_own_files(outputs, *side));
    XDPBENCH_TRY(const report::SavedResult old_result, read_side("old", files.before, read));
    XDPBENCH_TRY(const report::SavedResult new_result, read_side("new", files.after, read));
    XDPBENCH_TRY(Outputs documents, Outputs::open_documents(outputs));
    report::ResultTable table = report::compare_results(old_result, new_result, threshold);
    table.command_line = command_line;
    table.started = new_result.started;
    table.environment.assign(new_result.environment.begin(), new_result.environment.end());
    table.exit_code = report::exit_code_of(table, threshold.has_value());
    table.seconds = seconds_since(start);
    print(stdout, "{}\n{}", read, report::to_text(table));
    XDPBENCH_CHECK(documents.write_documents(&table));
    return table.exit_code;
}

}  // namespace xdpbench::commands
