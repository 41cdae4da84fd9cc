// `xdp-bench report`: documents of results that were stored before.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "base/file.h"
#include "base/print.h"
#include "commands/command.h"
#include "commands/help.h"
#include "report/html.h"

namespace xdpbench::commands {
namespace {

struct ReportArguments {
    std::vector<std::string> results;
    std::string output;
};

Result<std::vector<report::NamedResult>> read_results(const std::vector<std::string>& paths) {
    std::vector<report::NamedResult> results;
    for (const std::string& path : paths) {
        XDPBENCH_TRY(const std::string text, read_file(path));
        XDPBENCH_TRY(report::StoredResult result, report::read_stored_result(text, path));
        results.push_back({std::filesystem::path(path).filename().string(), std::move(result)});
    }
    return results;
}

Result<int> report_command(const ReportArguments& arguments) {
    XDPBENCH_TRY(const std::vector<report::NamedResult> results, read_results(arguments.results));
    XDPBENCH_TRY(OutputFile page, OutputFile::create(arguments.output));
    XDPBENCH_CHECK(page.commit(report::to_html(results)));
    print(stdout, "report: {}\n", page.path().string());
    return kHeld;
}

}  // namespace

Command add_report(CLI::App& application) {
    const auto arguments = std::make_shared<ReportArguments>();
    CLI::App* const app = application.add_subcommand(
        "report", "write results of run, compare and doctor --dev as one HTML file");
    app->add_option("RESULT", arguments->results, "results, FILE.json; the page has all of them")
        ->required();
    app->add_option("-o,--output", arguments->output, "the HTML file to write")
        ->type_name("FILE")
        ->required()
        ->group(kOutputGroup);
    app->footer(
        "Examples:\n"
        "  xdp-bench report results/icmp_lb-native-*.json -o report.html");
    return {app, [arguments](const Invocation&) { return report_command(*arguments); }};
}

}  // namespace xdpbench::commands
