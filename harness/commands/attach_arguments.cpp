#include "commands/attach_arguments.h"

#include <fmt/format.h>

#include <optional>

#include "base/text.h"
#include "commands/modes.h"
#include "commands/options.h"
#include "commands/shared_state_options.h"

namespace xdpbench::commands {
namespace {

constexpr double kShortestInterval = 0.1;  // seconds
constexpr double kLongestInterval = 3600;

}  // namespace

void add_attach_options(CLI::App& app, AttachArguments& arguments) {
    add_option(app, "--prog", arguments.program,
               "a reference program by name, FILE.o[:FUNCTION], or a loaded program: id:N, "
               "tag:T, pinned:PATH, dev:IF")
        .type_name("NAME|FILE.o[:FUNCTION]")
        .required()
        .group(kProgramGroup);
    add_option(app, "--dev", arguments.interface, "the interface")
        .type_name("IF")
        .required()
        .group(kInterfaceGroup);
    add_option(app, "--mode", arguments.mode, "generic, native or offload (default: native)")
        .type_name("MODE")
        .group(kInterfaceGroup);
    add_flag(app, "--replace", arguments.replace, "detach a program that was attached by others")
        .group(kInterfaceGroup);
    add_option(app, "--set", arguments.settings,
               "initial value of a global variable or a map entry; may be repeated")
        .type_name("NAME=VALUE|MAP[KEY]=VALUE")
        .repeatable()
        .group(kProgramGroup);
    add_shared_state_options(app, arguments.state);
    add_option(app, "--interval", arguments.interval, "time between samples (default: 2s)")
        .type_name("TIME")
        .group(kOutputGroup);
    add_option(app, "--duration", arguments.duration, "end after this time (default: no end)")
        .type_name("TIME")
        .group(kOutputGroup);
    add_flag(app, "--json", arguments.json, "print one JSON object per line").group(kOutputGroup);
    add_flag(app, "-v,--verbose", arguments.verbose, "-vv prints libbpf's debug messages")
        .group(kOutputGroup);
    set_footer(
        app,
        "attach ends on SIGINT, SIGTERM and the command quit, with exit code 0. It reads commands\n"
        "from standard input; help lists them.\n"
        "\n"
        "Examples:\n"
        "  xdp-bench attach --prog ip_filter --dev eth1 --set ip=198.18.0.1\n"
        "  xdp-bench attach --prog ./mine.o:my_function --dev eth1 --mode generic --interval "
        "500ms\n"
        "  xdp-bench attach --prog xdp_drop --dev eth1 --duration 10s --json");
}

Result<live::AttachOptions> parse_attach(const AttachArguments& arguments) {
    live::AttachOptions options;
    options.program = arguments.program;
    options.interface = arguments.interface;
    options.replace = arguments.replace;
    options.state = arguments.state;
    XDPBENCH_TRY(options.mode, parse_mode(arguments.mode));
    for (const std::string& text : arguments.settings) {
        Result<scenario::Assignment> assignment = scenario::parse_assignment(text);
        if (!assignment) return assignment.error().in("--set");
        options.settings.push_back(std::move(*assignment));
    }
    const std::optional<double> interval = parse_duration(arguments.interval);
    if (!interval || *interval < kShortestInterval || *interval > kLongestInterval) {
        return input_error(
            fmt::format("--interval {} is not a time from 100 ms to one hour", arguments.interval),
            "write it as 2s, 500ms or 1m");
    }
    options.interval = *interval;
    if (arguments.duration.empty()) return options;
    options.duration = parse_duration(arguments.duration);
    if (!options.duration) {
        return input_error(fmt::format("--duration {} is not a time", arguments.duration),
                           "write it as 30s, 500ms or 5m; without it attach runs until told");
    }
    return options;
}

}  // namespace xdpbench::commands
