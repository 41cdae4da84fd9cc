#include "commands/compare_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/text.h"
#include "bench/rate.h"
#include "commands/choices.h"
#include "commands/label_options.h"
#include "commands/lists.h"
#include "commands/modes.h"
#include "commands/options.h"
#include "commands/port_arguments.h"
#include "commands/shared_state_options.h"
#include "commands/suggestion.h"

namespace xdpbench::commands {
namespace {

// Of two programs: time (alone) and throughput (end to end).
Result<void> choose_parts(const std::vector<std::string>& only, compare::CompareOptions& options) {
    if (only.empty()) return {};
    XDPBENCH_TRY(const std::vector<std::string> parts, list_items("--only", only));
    for (const std::string& part : parts) {
        if (part != "time" && part != "throughput")
            return unknown_value("--only", part, "part", kCompareParts);
    }
    const auto asked = [&parts](const char* part) {
        return std::find(parts.begin(), parts.end(), part) != parts.end();
    };
    options.alone = asked("time");
    if (!asked("throughput")) options.modes.clear();
    return {};
}

// Over which ports; none without --dev.
Result<std::optional<net::Ports>> compared_ports(const CompareArguments& arguments,
                                                 const std::vector<model::Mode>& modes,
                                                 std::optional<model::Placement> placement) {
    if (arguments.ports.device.empty()) return find_ports(arguments.ports, modes);
    if (modes.empty())
        return input_error("--dev goes with throughput, which --only leaves out",
                           "add it to --only, or leave --dev out");
    if (placement)
        return input_error(
            "--placement does not go with --dev: the interrupts of the interface "
            "choose the program's CPU",
            "leave one of them out");
    return find_ports(arguments.ports, modes);
}

void add_judgement_options(CLI::App& app, CompareArguments& arguments) {
    add_option(app, "--max-time", arguments.max_time,
               "longest time until the verdict (default: 30s)")
        .type_name("TIME")
        .group(kMeasurementGroup);
    add_option(app, "--alpha", arguments.alpha, "highest rate of false alarms (default: 1%)")
        .type_name("PERCENT")
        .group(kMeasurementGroup);
    add_option(app, "--threshold,--floor", arguments.threshold,
               "smaller effects count as no difference (default: 1%)")
        .type_name("PERCENT")
        .group(kMeasurementGroup);
    add_option(app, "--seed", arguments.seed,
               "seed of the randomised order of windows (default: random)")
        .type_name("N")
        .group(kMeasurementGroup);
    add_option(app, "--fail-on-regression", arguments.regression,
               "for two results: exit with 1 if cycles or ns per packet rose, or a throughput "
               "fell, by more than this share, and with 3 if that cannot be decided")
        .type_name("PERCENT")
        .group(kMeasurementGroup);
}

}  // namespace

void add_compare_options(CLI::App& app, CompareArguments& arguments) {
    add_option(app, "BASE", arguments.base,
               "the old version: FILE.o[:FUNCTION], a reference program, or a result FILE.json")
        .required();
    add_option(app, "CONTENDER", arguments.contender, "the new version, in the same form");
    add_option(app, "RESULTS", arguments.more,
               "more results of the old version, then -- and those of the new one");
    add_option(app, "--prog", arguments.function, "the function in both objects")
        .type_name("FUNCTION")
        .group(kProgramGroup);
    add_option(app, "--scenario", arguments.scenario,
               "settings, checks and traffic for both: of a reference program, or a file")
        .type_name("NAME|FILE")
        .group(kProgramGroup);
    add_option(app, "--set", arguments.settings,
               "value of a global variable or a map entry of both; overrides the scenario; may be "
               "repeated")
        .type_name("NAME=VALUE|MAP[KEY]=VALUE")
        .repeatable()
        .group(kProgramGroup);
    add_option(app, "--only", arguments.only,
               "only these parts: time (ns/packet of the test run), throughput (end to end)")
        .type_name("PART,...")
        .group(kProgramGroup);
    add_option(app, "--mode", arguments.modes, "attach modes end to end (default: native)")
        .type_name("MODE,...")
        .group(kProgramGroup);
    add_shared_state_options(app, arguments.state);
    add_traffic_options(app, arguments.traffic);
    add_shape_options(app, arguments.shape, "shared");
    add_port_options(app, arguments.ports);
    add_judgement_options(app, arguments);
    add_output_options(app, arguments.outputs, "results/compare-PROGRAM-TIME.json");
    add_label_option(app, arguments.labels);
    add_flag(app, "-v,--verbose", arguments.verbose, "-vv prints libbpf's debug messages")
        .group(kOutputGroup);
    set_footer(app,
               "Exit code: 0 not slower, 1 slower or a regression, 3 inconclusive or invalid.\n"
               "\n"
               "Examples:\n"
               "  xdp-bench compare base.o new.o --pcap traffic.pcap\n"
               "  xdp-bench compare icmp_lb ./mine.o --size 64,512 --max-time 2m\n"
               "  xdp-bench compare base.o new.o --only throughput --dev eth1 --peer eth2\n"
               "  xdp-bench compare old.json new.json --fail-on-regression 5%\n"
               "  xdp-bench compare --fail-on-regression 5% old*.json -- new*.json");
}

Result<double> parse_percent(const char* option, const std::string& text) {
    constexpr double kLeast = 1e-5;
    XDPBENCH_TRY(const double share, bench::parse_share(option, text, kLeast));
    if (share < 0.5) return share;
    return input_error(fmt::format("{} {} is not below 50%", option, text), "write it as 1%");
}

Result<compare::CompareOptions> parse_compare(const CompareArguments& arguments) {
    compare::CompareOptions options;
    XDPBENCH_TRY(const std::vector<std::string> modes, list_items("--mode", arguments.modes));
    XDPBENCH_TRY(options.modes, parse_modes(modes));
    XDPBENCH_CHECK(choose_parts(arguments.only, options));
    constexpr double kLongest = 3600;
    const std::optional<double> seconds = parse_duration(arguments.max_time);
    if (!seconds || *seconds < 1 || *seconds > kLongest)
        return input_error(
            fmt::format("--max-time {} is not between one second and one hour", arguments.max_time),
            "write it as 30s or 2m");
    options.seconds = *seconds;
    XDPBENCH_TRY(options.alpha, parse_percent("--alpha", arguments.alpha));
    XDPBENCH_TRY(options.threshold, parse_percent("--threshold", arguments.threshold));
    XDPBENCH_TRY(const std::optional<model::Placement> placement, parse_placement(arguments.shape));
    XDPBENCH_TRY(options.cpus, traffic::plan_cpus(placement.value_or(model::Placement::shared)));
    XDPBENCH_TRY(options.ports, compared_ports(arguments, options.modes, placement));
    XDPBENCH_TRY(options.labels, parse_labels(arguments.labels));
    options.seed = arguments.seed ? *arguments.seed : std::random_device{}();
    return options;
}

}  // namespace xdpbench::commands
