#include "commands/run_arguments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "base/text.h"
#include "bpf/cpus.h"
#include "commands/choices.h"
#include "commands/label_options.h"
#include "commands/lists.h"
#include "commands/modes.h"
#include "commands/options.h"
#include "commands/port_arguments.h"
#include "commands/shared_state_options.h"
#include "commands/state_options.h"
#include "commands/suggestion.h"
#include "traffic/placement.h"

namespace xdpbench::commands {
namespace {

Result<void> choose_parts(const std::vector<std::string>& only, run::RunOptions& options) {
    if (only.empty()) return {};
    const std::map<std::string, bool*> parts{{"check", &options.check},
                                             {"replay", &options.replay},
                                             {"bench", &options.bench},
                                             {"search", &options.search},
                                             {"latency", &options.latency}};
    for (const auto& [name, wanted] : parts) *wanted = false;
    XDPBENCH_TRY(const std::vector<std::string> names, list_items("--only", only));
    for (const std::string& name : names) {
        const auto found = parts.find(name);
        if (found == parts.end()) return unknown_value("--only", name, "part", kRunParts);
        *found->second = true;
    }
    return {};
}

// Asked for, or because a share of what it finds is.
bool searches(const run::RunOptions& options) {
    const bool shares = std::any_of(options.rates.begin(), options.rates.end(),
                                    [](const bench::Rate& rate) { return rate.share > 0; });
    return options.search || shares || (options.latency && options.rates.empty());
}

Result<void> add_goals(const RunArguments& arguments, run::RunOptions& options) {
    if (!arguments.losses.empty()) options.goals.losses.clear();
    XDPBENCH_TRY(const std::vector<std::string> losses, list_items("--loss", arguments.losses));
    for (const std::string& text : losses) {
        XDPBENCH_TRY(const double loss, bench::parse_share("--loss", text, 0));
        options.goals.losses.push_back(loss);
    }
    if (!arguments.exceed.empty()) {
        XDPBENCH_TRY(options.goals.exceed, bench::parse_share("--exceed", arguments.exceed, 0));
    }
    if (options.goals.exceed == 1)
        return input_error("--exceed 100% lets every trial lose more than the goal",
                           "ask for less, e.g. 50%");
    constexpr double kNarrowest = 1e-5;
    if (!arguments.width.empty()) {
        XDPBENCH_TRY(options.goals.width,
                     bench::parse_share("--width", arguments.width, kNarrowest));
    }
    const char* const goal = !arguments.losses.empty()   ? "--loss"
                             : !arguments.exceed.empty() ? "--exceed"
                             : !arguments.width.empty()  ? "--width"
                                                         : nullptr;
    if (goal != nullptr && !searches(options))
        return input_error(fmt::format("{} goes with search, and nothing is searched for", goal),
                           "add search to --only, or leave it out");
    return {};
}

Result<void> add_rates(const RunArguments& arguments, run::RunOptions& options) {
    if (arguments.rates.empty()) return {};
    if (!options.bench && !options.latency) {
        return input_error("--rate goes with bench and latency, which --only leaves out",
                           "add one of them to --only, or leave --rate out");
    }
    XDPBENCH_TRY(const std::vector<std::string> rates, list_items("--rate", arguments.rates));
    for (const std::string& text : rates) {
        XDPBENCH_TRY(const bench::Rate rate, bench::parse_rate(text));
        if (rate.share == 0 && rate.pps * options.seconds < 1) {
            return input_error(
                fmt::format("--rate {} is not a whole frame in {} s", text, options.seconds),
                "ask for a higher rate or a longer --duration");
        }
        const auto same = [&rate](const bench::Rate& other) {
            return other.pps == rate.pps && other.share == rate.share;
        };
        if (std::any_of(options.rates.begin(), options.rates.end(), same))
            return input_error(fmt::format("--rate names {} twice", text));
        options.rates.push_back(rate);
    }
    return {};
}

// Those that the scaling table compares, and that rates are offered from; none if not asked for.
Result<std::vector<int>> parse_cpus(const RunArguments& arguments, const run::RunOptions& options) {
    if (arguments.cpus.empty()) return std::vector<int>{};
    const std::optional<std::vector<int>> cpus = bpf::parse_cpu_list(arguments.cpus);
    if (!cpus)
        return input_error(fmt::format("--cpus {} is no list of CPUs", arguments.cpus),
                           "write it as 0,2-4");
    const remote::Session* const sender = arguments.remote.session.get();
    const std::vector<int> allowed = sender ? sender->greeting().cpus : traffic::allowed_cpus();
    for (const int cpu : *cpus) {
        if (std::find(allowed.begin(), allowed.end(), cpu) == allowed.end())
            return input_error(
                fmt::format("--cpus {}: {} may not use CPU {}", arguments.cpus,
                            sender ? "generate at " + sender->place().text() : "this process", cpu),
                fmt::format("usable CPUs{}: {}", sender ? " there" : "", fmt::join(allowed, ", ")));
    }
    if (options.placement.value_or(model::Placement::shared) != model::Placement::shared)
        return input_error(fmt::format("--cpus and --placement {} do not go together",
                                       model::name_of(*options.placement)),
                           "with --cpus each CPU is shared by a generator and the program");
    return *cpus;
}

void add_program_options(CLI::App& app, RunArguments& arguments) {
    add_option(app, "--prog", arguments.programs,
               "a reference program by name, FILE.o[:FUNCTION], a loaded program (id:N, tag:T, "
               "pinned:PATH, dev:IF, dev:IF/NAME), or all")
        .type_name("NAME|FILE.o[:FUNCTION]|id:N|...|all")
        .group(kProgramGroup);
    add_option(app, "--scenario", arguments.scenarios, "a scenario file and the program it names")
        .type_name("FILE")
        .group(kProgramGroup);
    add_option(app, "--mode", arguments.modes,
               "attach modes: generic, native, offload or all (default: native)")
        .type_name("MODE,...")
        .group(kProgramGroup);
    add_option(app, "--only", arguments.only,
               "only these parts: check, replay, bench, search, latency (default: check, "
               "replay, bench)")
        .type_name("PART,...")
        .group(kProgramGroup);
    add_option(app, "--set", arguments.settings,
               "value of a global variable or a map entry; overrides the scenario; may be "
               "repeated")
        .type_name("NAME=VALUE|MAP[KEY]=VALUE")
        .repeatable()
        .group(kProgramGroup);
    add_flag(app, "--pin-maps", arguments.pin_maps,
             "pin the maps that the object declares as pinned in /sys/fs/bpf and leave them "
             "there (default: every program has its own)")
        .group(kProgramGroup);
}

void add_measurement_options(CLI::App& app, RunArguments& arguments) {
    add_option(app, "--precision", arguments.precision,
               "a bench ends when ns/packet is known this exactly, with 95 % confidence "
               "(default: 0.5%)")
        .type_name("SHARE")
        .group(kMeasurementGroup);
    add_option(app, "--budget", arguments.budget,
               "or when the run has taken this long, which all benches share (default: 10s)")
        .type_name("TIME")
        .group(kMeasurementGroup);
    add_option(app, "--duration", arguments.duration,
               "instead of that, the length of a bench round (with --rounds: 1s)")
        .type_name("TIME")
        .group(kMeasurementGroup);
    add_option(app, "--rounds", arguments.rounds, "and so many rounds (with --duration: 5)")
        .type_name("N")
        .group(kMeasurementGroup);
    add_state_options(app, arguments.state);
    add_option(app, "--cpus", arguments.cpus,
               "one generator and one queue on each of these CPUs: a scaling table; with "
               "--rate, search and latency all of them offer the rate together; with --remote "
               "they are those of the other machine")
        .type_name("0,2-4")
        .group(kMeasurementGroup);
    add_option(app, "--rate", arguments.rates,
               "offered rates, end to end: 800pps, 500kpps, 1.5Mpps, or 50% of the throughput "
               "that a search finds (default: as fast as possible)")
        .type_name("RATE,...")
        .group(kMeasurementGroup);
    add_option(app, "--loss", arguments.losses,
               "loss ratios that a search allows, one rate for each (default: 0,0.5%)")
        .type_name("SHARE,...")
        .group(kMeasurementGroup);
    add_option(app, "--exceed", arguments.exceed,
               "share of the trials that may lose more (default: 50%)")
        .type_name("SHARE")
        .group(kMeasurementGroup);
    add_option(app, "--width", arguments.width,
               "distance of the lower and upper bound of a search (default: 0.5%)")
        .type_name("SHARE")
        .group(kMeasurementGroup);
}

void add_report_options(CLI::App& app, RunArguments& arguments) {
    add_output_options(app, arguments.outputs, "results/PROGRAM-MODE-TIME.json");
    add_label_option(app, arguments.labels);
    add_flag(app, "-v,--verbose", arguments.verbose,
             "print every check and every bench in detail; -vv: libbpf's debug messages too")
        .group(kOutputGroup);
}

}  // namespace

void add_run_options(CLI::App& app, RunArguments& arguments) {
    add_program_options(app, arguments);
    add_shared_state_options(app, arguments.shared_state);
    add_traffic_options(app, arguments.traffic);
    add_shape_options(app, arguments.shape, "separate from 4 CPUs on, else shared");
    add_measurement_options(app, arguments);
    add_run_port_options(app, arguments);
    add_report_options(app, arguments);
}

namespace {

// A time of the command line; `option` is named in the error.
Result<double> parse_time(const char* option, const std::string& text) {
    constexpr double kLongest = 3600;
    const std::optional<double> seconds = parse_duration(text);
    if (seconds && *seconds <= kLongest) return *seconds;
    return input_error(fmt::format("{} {} is not a time between 0 and one hour", option, text),
                       "write it as 3s, 250ms or 2m");
}

// Options that nothing would look at.
Result<void> require_measurement(const RunArguments& arguments, const run::RunOptions& options) {
    if (options.bench || options.search || options.latency) return {};
    const std::array<std::pair<const char*, bool>, 8> given{
        {{"--cpus", !arguments.cpus.empty()},
         {"--size", !arguments.shape.sizes.empty()},
         {"--flows", arguments.shape.flows.has_value()},
         {"--placement", !arguments.shape.placement.empty()},
         {"--duration", !arguments.duration.empty()},
         {"--rounds", arguments.rounds.has_value()},
         {"--settle", !arguments.state.settle.empty()},
         {"--state", arguments.state.state != StateArguments().state}}};
    for (const auto& [option, is_given] : given) {
        if (is_given)
            return input_error(
                fmt::format("{} goes with bench, search and latency, which --only leaves out",
                            option),
                fmt::format("add one of them to --only, or leave {} out", option));
    }
    return {};
}

// How long benches take: rounds as asked for, or until the figure is exact enough.
Result<void> add_times(const RunArguments& arguments, run::RunOptions& options) {
    constexpr int kMostRounds = 10'000;
    constexpr double kFinest = 0.0001;
    if (!arguments.duration.empty()) {
        XDPBENCH_TRY(options.seconds, parse_time("--duration", arguments.duration));
    }
    options.rounds = arguments.rounds.value_or(options.rounds);
    if (options.rounds < 1 || options.rounds > kMostRounds)
        return input_error(
            fmt::format("--rounds {} is not between 1 and {}", options.rounds, kMostRounds));
    bench::PrecisionGoal goal;
    XDPBENCH_TRY(goal.precision, bench::parse_share("--precision", arguments.precision, kFinest));
    XDPBENCH_TRY(goal.seconds, parse_time("--budget", arguments.budget));
    if (arguments.duration.empty() && !arguments.rounds) options.goal = goal;
    return {};
}

}  // namespace

namespace {

Result<model::XskMode> parse_xsk_mode(const std::string& name) {
    if (const auto mode = model::parse_xsk_mode(name)) return *mode;
    return input_error(
        fmt::format("--xsk-mode {}{}", name, did_you_mean(name, {"auto", "copy", "zero-copy"})),
        "choose auto, copy or zero-copy");
}

}  // namespace

Result<run::RunOptions> parse_run(const RunArguments& arguments) {
    run::RunOptions options;
    XDPBENCH_TRY(options.programs, list_items("--prog", arguments.programs));
    options.scenarios = arguments.scenarios;
    XDPBENCH_TRY(const std::vector<std::string> modes, list_items("--mode", arguments.modes));
    XDPBENCH_TRY(options.modes, parse_modes(modes));
    XDPBENCH_CHECK(choose_parts(arguments.only, options));
    XDPBENCH_CHECK(require_measurement(arguments, options));
    XDPBENCH_TRY(options.traffic, parse_traffic(arguments.traffic));
    XDPBENCH_CHECK(add_times(arguments, options));
    XDPBENCH_CHECK(parse_state(arguments.state, options));
    XDPBENCH_TRY(options.shapes, parse_shapes(arguments.shape));
    XDPBENCH_TRY(options.placement, parse_placement(arguments.shape));
    XDPBENCH_CHECK(add_rates(arguments, options));
    XDPBENCH_CHECK(add_goals(arguments, options));
    XDPBENCH_TRY(options.cpus, parse_cpus(arguments, options));
    if (arguments.keep && !options.replay)
        return input_error("--keep goes with replay, which --only leaves out",
                           "add replay to --only, or leave --keep out");
    options.keep = arguments.keep;
    XDPBENCH_CHECK(add_ports(arguments, options));
    options.pin_maps = arguments.pin_maps;
    options.shared_state = arguments.shared_state;
    XDPBENCH_TRY(options.xsk, parse_xsk_mode(arguments.xsk_mode));
    options.settings = arguments.settings;
    XDPBENCH_TRY(options.labels, parse_labels(arguments.labels));
    return options;
}

}  // namespace xdpbench::commands
