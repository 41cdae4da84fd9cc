#include "commands/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "base/guard.h"
#include "base/result_file.h"
#include "base/standard_streams.h"
#include "commands/command.h"
#include "commands/suggestion.h"

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

// What the command prints has to arrive, too: behind it may be a full disk.
Result<int> run_and_print(const Command& command, const Invocation& invocation) {
    const Result<int> code =
        guarded("the command cannot go on", [&] { return command.run(invocation); });
    const Result<void> printed = flush_output();
    if (!code) return code.error();
    if (!printed) return printed.error();
    return *code;
}

// What CLI11 says: the version, help, or what is wrong with the options.
int print_usage(const CLI::App& app, const CLI::ParseError& error) {
    std::ostringstream output;
    std::ostringstream errors;
    const int code = app.exit(error, output, errors);
    fmt::print("{}", output.str());
    fmt::print(stderr, "{}", errors.str());
    return code == 0 && flush_output() ? kHeld : kInputError;
}

}  // namespace

int command_line(std::vector<std::string> arguments) {
    Invocation invocation;
    invocation.typed = "xdp-bench";
    for (const std::string& argument : arguments) invocation.typed += " " + argument;
    // What stands behind -- is not ours: it goes to GoogleTest and Google Benchmark.
    const auto separator = std::find(arguments.begin(), arguments.end(), "--");
    if (separator != arguments.end()) {
        invocation.passed_on.assign(separator + 1, arguments.end());
        arguments.erase(separator, arguments.end());
    }

    CLI::App app("Tests and benchmarks XDP programs. Without a command: run.", "xdp-bench");
    app.set_version_flag("--version", XDP_BENCH_VERSION);
    app.require_subcommand(0, 1);
    app.footer(
        "Exit: 0 all held, 1 a check failed or a regression was found, 2 usage or input error, 3 "
        "invalid measurement, 4 "
        "nothing could run here, 130 interrupted.");
    const Command run = add_run(app);
    const std::vector<Command> commands{run,           add_compare(app), add_record(app),
                                        add_list(app), add_doctor(app),  add_attach(app),
                                        add_map(app),  add_restore(app)};

    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 takes them
    try {
        app.parse(reversed);
    } catch (const CLI::ParseError& error) {
        const std::optional<std::string> meant = suggestion(app, arguments);
        if (meant && error.get_exit_code() != 0) {
            fmt::print(stderr, "xdp-bench: {}\n", *meant);
            return kInputError;
        }
        return print_usage(app, error);
    }
    const auto named = std::find_if(commands.begin(), commands.end(),
                                    [](const Command& command) { return command.app->parsed(); });
    const Result<int> code = run_and_print(named == commands.end() ? run : *named, invocation);
    if (code) return *code;
    fmt::print(stderr, "xdp-bench: {}\n", save_log(code.error()).text());
    return exit_code_after(code.error());
}

}  // namespace xdpbench::commands
