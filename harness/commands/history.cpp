// `xdp-bench history`: figures of cases over many results, and where their level changed.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/file.h"
#include "base/print.h"
#include "base/text.h"
#include "commands/choices.h"
#include "commands/command.h"
#include "commands/label_options.h"
#include "commands/lists.h"
#include "commands/options.h"
#include "commands/output_options.h"
#include "commands/suggestion.h"
#include "history/exports.h"
#include "history/history_text.h"
#include "history/result_files.h"
#include "report/console.h"
#include "report/saved_result.h"

namespace xdpbench::commands {
namespace {

// As typed.
struct HistoryArguments {
    std::vector<std::string> paths;
    std::vector<std::string> labels;
    std::vector<std::string> merged;
    std::size_t newest = 1000;
    std::size_t lately = 0;
    std::string format;
    std::string output;
    std::string json;
    std::string html;
};

void add_history_options(CLI::App& app, HistoryArguments& arguments) {
    add_option(app, "PATH", arguments.paths,
               "results of run, or folders with results in them or below")
        .required();
    add_option(app, "--label", arguments.labels, "only results that have these labels")
        .type_name("NAME=VALUE,...")
        .group(kProgramGroup);
    add_option(app, "--merge", arguments.merged,
               "keys of the environment that do not separate series: host, for machines of "
               "one kind")
        .type_name("KEY,...")
        .group(kMeasurementGroup);
    add_option(app, "--last", arguments.newest,
               "look at so many results of each series, the newest (default: 1000)")
        .type_name("N")
        .group(kMeasurementGroup);
    add_option(app, "--fail-on-change", arguments.lately,
               "exit with 1 if a series changed within its newest N results")
        .type_name("N")
        .group(kMeasurementGroup);
    const DeclaredOption format =
        add_option(app, "--export", arguments.format,
                   "print this instead: csv; openmetrics, the newest values; or otava, files "
                   "for Apache Otava")
            .type_name("csv|openmetrics|otava")
            .group(kOutputGroup);
    add_option(app, "-o,--output", arguments.output,
               "write the export to this file; of otava a folder")
        .type_name("PATH")
        .needs(format)
        .group(kOutputGroup);
    add_option(app, "--json", arguments.json,
               "write the series to this file too (-: only that, to standard output)")
        .type_name("FILE")
        .group(kOutputGroup);
    add_option(app, "--html", arguments.html, "write a page with a chart of each series too")
        .type_name("FILE")
        .group(kOutputGroup);
    set_footer(app,
               "Exit code: 0 nothing changed lately, 1 something did, 2 no usable result.\n"
               "\n"
               "Examples:\n"
               "  xdp-bench history results/\n"
               "  xdp-bench history results/ --label branch=main --fail-on-change 5\n"
               "  xdp-bench history results/ --export csv -o history.csv");
}

// Reads the results; on a terminal with how far that is.
Result<history::History> read(const history::FoundFiles& found, history::HistoryPlan plan) {
    constexpr std::size_t kSteps = 100;
    const std::size_t all = found.files.size();
    const auto begin = std::chrono::steady_clock::now();
    report::Console console(stdout);
    return read_history(found, std::move(plan), [&](std::size_t done) {
        if (done == 0 || done % std::max(all / kSteps, std::size_t{1}) != 0) return;
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
        console.expect(taken.count() / static_cast<double>(done) * static_cast<double>(all - done));
        console.progress_on_terminal(
            fmt::format("reading results: {} of {}", thousands(done), thousands(all)));
    });
}

// A change is seen when there are three results after it.
Result<void> check_numbers(const HistoryArguments& arguments, const history::HistoryPlan& plan) {
    if (arguments.newest < history::kFewestResults)
        return input_error(fmt::format("--last {} is less than {}, which a change takes to show",
                                       arguments.newest, history::kFewestResults));
    if (arguments.lately > 0 && arguments.lately < plan.changes.shortest)
        return input_error(
            fmt::format("--fail-on-change {}: a change is seen with the {}rd result after it",
                        arguments.lately, plan.changes.shortest),
            fmt::format("use at least --fail-on-change {}", plan.changes.shortest));
    return {};
}

Result<history::HistoryPlan> parse_plan(const HistoryArguments& arguments) {
    history::HistoryPlan plan;
    XDPBENCH_TRY(plan.labels, parse_labels(arguments.labels));
    XDPBENCH_TRY(plan.merged, list_items("--merge", arguments.merged));
    const auto keys = report::environment_keys();
    const std::vector<std::string> known(keys.begin(), keys.end());
    for (const std::string& key : plan.merged) {
        if (std::find(known.begin(), known.end(), key) == known.end())
            return unknown_value("--merge", key, "key", known);
    }
    plan.newest = arguments.newest;
    XDPBENCH_CHECK(check_numbers(arguments, plan));
    return plan;
}

Result<void> write_file(const std::filesystem::path& path, const std::string& content) {
    XDPBENCH_TRY(OutputFile file, OutputFile::create(path));
    return file.commit(content);
}

Result<void> write_otava(const HistoryArguments& arguments, const history::History& history) {
    if (arguments.output.empty())
        return input_error("--export otava writes several files", "name a folder: -o FOLDER");
    for (const history::NamedDocument& document : to_otava(history))
        XDPBENCH_CHECK(
            write_file(std::filesystem::path(arguments.output) / document.name, document.content));
    return {};
}

Result<void> write_export(const HistoryArguments& arguments, const history::History& history) {
    if (arguments.format == "otava") return write_otava(arguments, history);
    const std::string text = arguments.format == "csv" ? to_csv(history) : to_openmetrics(history);
    if (!arguments.output.empty()) return write_file(arguments.output, text);
    write_raw(stdout, text);
    return {};
}

void print_left_out(const history::History& history) {
    for (const history::LeftOut& one : history.left_out)
        print(stderr, "xdp-bench: left out: {}: {}\n", one.file, one.reason);
}

Result<void> write_all(const HistoryArguments& arguments, const std::string& command_line,
                       const history::History& history) {
    const bool to_stdout = arguments.json == "-";
    const bool table = !to_stdout && (arguments.format.empty() || !arguments.output.empty());
    if (table)
        print(stdout, "{}", to_text(history));
    else
        print_left_out(history);
    if (to_stdout) write_raw(stdout, to_json(history));
    if (!to_stdout && !arguments.json.empty())
        XDPBENCH_CHECK(write_file(arguments.json, to_json(history)));
    if (!arguments.html.empty())
        XDPBENCH_CHECK(write_file(arguments.html, to_html(history, command_line)));
    return arguments.format.empty() ? Result<void>() : write_export(arguments, history);
}

Error no_series(const std::vector<std::string>& paths, const history::FoundFiles& found,
                const history::History& history) {
    if (found.files.empty())
        return input_error(fmt::format("{} {} no .json file", fmt::join(paths, ", "),
                                       paths.size() == 1 ? "has" : "have"),
                           "results are written by xdp-bench run, into results/ or to the file of "
                           "--json");
    if (history.results > 0 && history.runs.empty())
        return input_error(
            fmt::format("none of {} has these labels", counted(history.results, "result")));
    return input_error(
        fmt::format("none of {} has a figure for a history", counted(found.files.size(), "file")),
        "results are written by xdp-bench run, into results/ or to the file of --json");
}

// As other commands do; an export of otava is a folder.
Result<void> require_own_files(const HistoryArguments& arguments) {
    NamedFiles named_files;
    named_files.add_read(arguments.paths);
    if (arguments.json != "-") XDPBENCH_CHECK(named_files.add("--json", arguments.json));
    XDPBENCH_CHECK(named_files.add("--html", arguments.html));
    return named_files.add("-o", arguments.output);
}

Result<int> history_command(const HistoryArguments& arguments, const std::string& command_line) {
    XDPBENCH_CHECK(require_own_files(arguments));
    XDPBENCH_TRY(history::HistoryPlan plan, parse_plan(arguments));
    if (!arguments.format.empty() && std::find(kExportFormats.begin(), kExportFormats.end(),
                                               arguments.format) == kExportFormats.end())
        return unknown_value("--export", arguments.format, "format", kExportFormats);
    if (arguments.json == "-" && !arguments.format.empty() && arguments.output.empty())
        return input_error("--json - and --export both write to standard output",
                           "name a file: --json FILE");
    XDPBENCH_TRY(const history::FoundFiles found, history::find_result_files(arguments.paths));
    XDPBENCH_TRY(const history::History history, read(found, std::move(plan)));
    if (history.series.empty()) {
        print_left_out(history);
        return no_series(arguments.paths, found, history);
    }
    XDPBENCH_CHECK(write_all(arguments, command_line, history));
    if (arguments.lately == 0) return kHeld;
    const auto changed = changed_lately(history, arguments.lately);
    for (const history::Series* const series : changed)
        print(stderr, "xdp-bench: changed within the newest {} results: {}, {}\n", arguments.lately,
              series->title, name_of(series->measure));
    return changed.empty() ? kHeld : kFailed;
}

}  // namespace

Command add_history(CLI::App& application) {
    const auto arguments = std::make_shared<HistoryArguments>();
    CLI::App* const app =
        add_command(application, "history",
                    "show cases over many results of run, and where their level changed");
    add_history_options(*app, *arguments);
    return {app, [arguments](const Invocation& invocation) {
                return history_command(*arguments, invocation.typed);
            }};
}

}  // namespace xdpbench::commands
