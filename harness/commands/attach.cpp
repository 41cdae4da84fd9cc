// `xdp-bench attach`.
#include "live/attach.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "base/text.h"
#include "bpf/program.h"
#include "commands/command.h"
#include "report/live.h"

namespace xdpbench::commands {
namespace {

struct AttachArguments {
    std::string program;
    std::string interface;
    std::string mode = "native";
    std::vector<std::string> settings;
    std::string interval = "2s";
    std::string duration;
    bool replace = false;
    bool json = false;
    bool verbose = false;
};

constexpr double kShortestInterval = 0.1;  // seconds
constexpr double kLongestInterval = 3600;

Result<live::AttachOptions> parse_attach(const AttachArguments& arguments) {
    live::AttachOptions options;
    options.program = arguments.program;
    options.interface = arguments.interface;
    options.replace = arguments.replace;
    const std::optional<model::Mode> mode = model::parse_mode(arguments.mode);
    if (!mode) {
        const std::optional<std::string> near =
            nearest(arguments.mode, {"generic", "native", "offload"});
        return input_error(fmt::format("--mode {}: there is no such mode{}", arguments.mode,
                                       near ? fmt::format("; did you mean {}?", *near) : ""),
                           "choose one of generic, native, offload");
    }
    options.mode = *mode;
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

Result<int> attach_command(const AttachArguments& arguments) {
    bpf::set_up_libbpf(arguments.verbose);
    XDPBENCH_TRY(const live::AttachOptions options, parse_attach(arguments));
    report::LiveReport report(arguments.json);
    XDPBENCH_CHECK(attach(options, report));
    return kHeld;
}

}  // namespace

Command add_attach(CLI::App& application) {
    const auto arguments = std::make_shared<AttachArguments>();
    CLI::App* const app = application.add_subcommand(
        "attach", "run a program on an interface: counters, events, maps changed while it runs");
    app->add_option("--prog", arguments->program,
                    "a reference program by name, or FILE.o[:FUNCTION]")
        ->type_name("NAME|FILE.o[:FUNCTION]")
        ->required();
    app->add_option("--dev", arguments->interface, "the interface")->type_name("IF")->required();
    app->add_option("--mode", arguments->mode, "generic, native or offload (default: native)")
        ->type_name("MODE");
    app->add_option("--set", arguments->settings,
                    "what a variable or a map's entry is to begin with; may be repeated")
        ->type_name("NAME=VALUE|MAP[KEY]=VALUE")
        ->expected(1)
        ->take_all();
    app->add_option("--interval", arguments->interval, "between samples (default: 2s)")
        ->type_name("TIME");
    app->add_option("--duration", arguments->duration, "end after this time (default: until told)")
        ->type_name("TIME");
    app->add_flag("--replace", arguments->replace,
                  "take off a program that somebody else attached there");
    app->add_flag("--json", arguments->json, "one JSON object a line on standard output");
    app->add_flag("-v,--verbose", arguments->verbose, "libbpf's messages");
    app->footer(
        "Ends on SIGINT, SIGTERM and quit with exit code 0; commands on standard input: help");
    return {app, [arguments](const Invocation&) { return attach_command(*arguments); }};
}

}  // namespace xdpbench::commands
