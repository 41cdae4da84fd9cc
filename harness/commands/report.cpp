// `xdp-bench report`: documents of results that were stored before.
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/print.h"
#include "commands/command.h"
#include "commands/options.h"
#include "commands/output_options.h"
#include "commands/usage_error.h"
#include "report/formats.h"
#include "report/html.h"

namespace xdpbench::commands {
namespace {

struct ReportArguments {
    std::vector<std::string> results;
    std::string output;
    std::map<std::string, std::string> others;  // by the options of report::output_formats()
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

Result<report::Source> only_source(const std::vector<report::NamedResult>& results,
                                   const char* option) {
    if (results.size() == 1) {
        const report::StoredResult& result = results.front().result;
        if (const auto* const run = std::get_if<model::RunRecord>(&result)) return run;
        if (const auto* const compared = std::get_if<model::CompareRecord>(&result))
            return compared;
        if (const auto* const qualified = std::get_if<model::QualificationRecord>(&result))
            return qualified;
    }
    return input_error(std::string(option) + " is of one result of run, compare or qualify",
                       "name one result; -o writes a page of several");
}

// Whether all that is asked for can be made of these, so that nothing is written otherwise.
Result<void> check_formats(const std::vector<report::NamedResult>& results,
                           const std::map<std::string, std::string>& formats) {
    for (const auto& [option, path] : formats) XDPBENCH_CHECK(only_source(results, option.c_str()));
    return {};
}

Result<void> write_file(const std::string& path, const std::string& content) {
    XDPBENCH_TRY(OutputFile file, OutputFile::create(path));
    XDPBENCH_CHECK(file.commit(content));
    print(stdout, "report: {}\n", file.path().string());
    return {};
}

Result<int> report_command(ReportArguments arguments) {
    std::erase_if(arguments.others, [](const auto& named) { return named.second.empty(); });
    if (arguments.output.empty() && arguments.others.empty())
        return missing_argument("report", "-o FILE", "the page to write");
    NamedFiles named_files;
    for (const std::string& path : std::set(arguments.results.begin(), arguments.results.end()))
        XDPBENCH_CHECK(named_files.add("RESULT", path));
    XDPBENCH_CHECK(named_files.add("-o", arguments.output));
    for (const auto& [option, path] : arguments.others)
        XDPBENCH_CHECK(named_files.add(option, path));
    XDPBENCH_TRY(const std::vector<report::NamedResult> results, read_results(arguments.results));
    XDPBENCH_CHECK(check_formats(results, arguments.others));
    if (!arguments.output.empty())
        XDPBENCH_CHECK(write_file(arguments.output, report::to_html(results)));
    for (const report::OutputFormat& format : report::output_formats()) {
        const auto named = arguments.others.find(format.option);
        if (named == arguments.others.end()) continue;
        XDPBENCH_TRY(const report::Source source, only_source(results, format.option));
        XDPBENCH_CHECK(write_file(named->second, format.write(source)));
    }
    return kHeld;
}

}  // namespace

Command add_report(CLI::App& application) {
    const auto arguments = std::make_shared<ReportArguments>();
    CLI::App* const app = add_command(application, "report",
                                      "write stored results as an HTML page or in other formats");
    add_option(*app, "RESULT", arguments->results, "results, FILE.json; the page has all of them")
        .required();
    add_option(*app, "-o,--output", arguments->output, "the HTML file to write")
        .type_name("FILE")
        .group(kOutputGroup);
    for (const report::OutputFormat& format : report::output_formats()) {
        if (std::string_view(format.option) == "--html") continue;  // that is -o
        add_option(*app, format.option, arguments->others[format.option], format.help)
            .type_name("FILE")
            .group(kOutputGroup);
    }
    set_footer(*app,
               "Examples:\n"
               "  xdp-bench report results/icmp_lb-native-*.json -o report.html\n"
               "  xdp-bench report results/compare-icmp_lb-*.json --junit compare.xml");
    return {app, [arguments](const Invocation&) { return report_command(*arguments); }};
}

}  // namespace xdpbench::commands
