#include "commands/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>

#include "base/guard.h"
#include "base/print.h"
#include "base/result_file.h"
#include "base/standard_streams.h"
#include "base/text.h"
#include "base/version.h"
#include "commands/command.h"
#include "commands/empty_values.h"
#include "commands/help.h"
#include "commands/usage_error.h"
#include "scenario/diagnostic.h"

namespace xdpbench::commands {
namespace {

int exit_code_after(const Error& error) {
    switch (error.kind) {
        case ErrorKind::input:
        case ErrorKind::system:
            return kInputError;
        case ErrorKind::invalid:
            return kInvalid;
        case ErrorKind::unavailable:
            return kNothingRan;
        case ErrorKind::interrupted:
            return kInterrupted;
    }
    return kInputError;
}

// A command has failed if its output did not arrive, for example on a full disk.
Result<int> run_and_print(const Command& command, const Invocation& invocation) {
    const Result<int> code =
        guarded("the command cannot go on", [&] { return command.run(invocation); });
    const Result<void> printed = flush_output();
    if (!code) return code.error();
    if (!printed) return printed.error();
    return *code;
}

// --help and --version.
int print_help(const CLI::App& app, const CLI::Success& asked) {
    std::ostringstream output;
    app.exit(asked, output, output);
    print(stdout, "{}", output.str());
    const Result<void> printed = flush_output();
    if (printed) return kHeld;
    print(stderr, "xdp-bench: {}\n", printed.error().text());
    return kInputError;
}

int refuse(const UsageError& error) {
    print(stderr, "xdp-bench: {}\n", error.text());
    return kInputError;
}

bool asks_for_help(const std::vector<std::string>& arguments) {
    return std::any_of(arguments.begin(), arguments.end(), [](const std::string& word) {
        return word == "--help" || word == "-h" || word == "--version";
    });
}

// Nothing if the arguments are right; else the exit code of the process.
std::optional<int> parse(CLI::App& app, const std::vector<std::string>& arguments) {
    const std::optional<UsageError> wrong = find_usage_error(app, arguments);
    if (wrong && !asks_for_help(arguments)) return refuse(*wrong);
    try {
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::Success& asked) {
        return print_help(app, asked);
    } catch (const CLI::ParseError& error) {
        return refuse(wrong ? *wrong : usage_error_of(app, error));
    }
    if (wrong) return refuse(*wrong);
    return std::nullopt;
}

// Of several lines. Printed, it would look as if the tool had said them; only code is written so.
const std::string* find_several_lines(const std::vector<std::string>& arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const bool code =
            arguments[i].starts_with("--scapy=") || (i > 0 && arguments[i - 1] == "--scapy");
        if (!code && arguments[i].find('\n') != std::string::npos) return &arguments[i];
    }
    return nullptr;
}

}  // namespace

std::vector<Command> add_commands(CLI::App& app) {
    app.formatter(std::make_shared<HelpFormatter>());
    app.require_subcommand(0, 1);
    app.footer(
        "Exit code: 0 everything passed, 1 a check failed or a regression was found, 2 usage or\n"
        "input error, 3 invalid measurement, 4 nothing could run here, 130 interrupted.\n"
        "\n"
        "Examples:\n"
        "  xdp-bench --mode native --prog icmp_lb\n"
        "  xdp-bench --prog ./mine.o --pcap traffic.pcap\n"
        "  xdp-bench compare base.o new.o --pcap traffic.pcap\n"
        "  xdp-bench doctor");
    std::vector<Command> commands{add_run(app),     add_compare(app),  add_history(app),
                                  add_record(app),  add_report(app),   add_list(app),
                                  add_doctor(app),  add_attach(app),   add_map(app),
                                  add_qualify(app), add_generate(app), add_restore(app)};
    reject_empty_values(app);
    return commands;
}

int command_line(std::vector<std::string> arguments) {
    if (const std::string* const argument = find_several_lines(arguments)) {
        return refuse({fmt::format("the argument {} has a line feed; of a file that has one in its "
                                   "name, change the name",
                                   scenario::in_quotes(*argument)),
                       ""});
    }
    Invocation invocation;
    invocation.typed = "xdp-bench";
    for (const std::string& argument : arguments) invocation.typed += " " + shell_word(argument);
    // Arguments after -- are for GoogleTest and Google Benchmark.
    const auto separator = std::find(arguments.begin(), arguments.end(), "--");
    if (separator != arguments.end()) {
        invocation.passed_on.assign(separator + 1, arguments.end());
        arguments.erase(separator, arguments.end());
    }
    CLI::App app("Tests and benchmarks XDP programs. Without a command: run.", "xdp-bench");
    app.set_version_flag("--version", tool_version());
    const std::vector<Command> commands = add_commands(app);
    if (const std::optional<int> code = parse(app, arguments)) return *code;
    const auto named = std::find_if(commands.begin(), commands.end(),
                                    [](const Command& command) { return command.app->parsed(); });
    const Command& command = named == commands.end() ? commands.front() : *named;
    if (!command.passes_on && !invocation.passed_on.empty()) {
        const std::string name = command.app->get_name();
        return refuse(
            {fmt::format("{} takes no arguments after --: {}", name, invocation.passed_on.front()),
             name});
    }
    const Result<int> code = run_and_print(command, invocation);
    if (code) return *code;
    print(stderr, "xdp-bench: {}\n", save_log(code.error()).text());
    return exit_code_after(code.error());
}

}  // namespace xdpbench::commands
