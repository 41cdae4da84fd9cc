// `xdp-bench compare`: two programs against each other, or two results side by side.
#include "compare/compare.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <random>

#include "base/file.h"
#include "base/result_file.h"
#include "base/text.h"
#include "bench/rate.h"
#include "commands/command.h"
#include "commands/compare_results.h"
#include "commands/modes.h"
#include "commands/shape_options.h"
#include "commands/traffic_options.h"
#include "report/comparison.h"
#include "report/console.h"

namespace xdpbench::commands {
namespace {

// The options of `compare` as typed.
struct CompareArguments {
    std::string base;
    std::string contender;
    std::string function;
    std::string scenario;
    TrafficArguments traffic;
    ShapeArguments shape;
    std::vector<std::string> modes;
    std::vector<std::string> only;
    std::string max_time = "30s";
    std::string alpha = "1%";
    std::string threshold = "1%";
    std::optional<std::uint64_t> seed;
    std::string json;
    std::string regression;
    bool verbose = false;
};

void add_options(CLI::App& app, CompareArguments& arguments) {
    app.add_option("BASE", arguments.base,
                   "what it was: FILE.o[:FUNCTION], a reference program, or a result FILE.json")
        ->required();
    app.add_option("CONTENDER", arguments.contender, "what it has become: the same")->required();
    app.add_option("--prog", arguments.function, "the function in both objects")
        ->type_name("FUNCTION");
    app.add_option("--scenario", arguments.scenario,
                   "settings, checks and traffic for both: a reference program's, or a file")
        ->type_name("NAME|FILE");
    add_traffic_options(app, arguments.traffic);
    add_shape_options(app, arguments.shape,
                      "end to end: generator and program on one CPU (shared, the default: what the "
                      "program takes is in every figure) or on two (separate)");
    app.add_option("--mode", arguments.modes,
                   "end to end in these attach modes as well (default: native)")
        ->delimiter(',')
        ->type_name("MODE,...");
    app.add_option("--only", arguments.only, "only this: time (ns/packet alone), throughput")
        ->delimiter(',')
        ->type_name("PART,...");
    app.add_option("--max-time", arguments.max_time,
                   "how long it may take for a verdict (default: 30s)")
        ->type_name("TIME");
    app.add_option("--alpha", arguments.alpha, "how often a false alarm may be (default: 1%)")
        ->type_name("PERCENT");
    app.add_option("--floor", arguments.threshold,
                   "smaller effects are called no difference (default: 1%)")
        ->type_name("PERCENT");
    app.add_option("--seed", arguments.seed, "of the order of windows (default: drawn)");
    app.add_option("--json", arguments.json, "where the result goes (- for standard output)")
        ->type_name("FILE");
    app.add_option("--fail-on-regression", arguments.regression,
                   "of two results: exit with 1 if cycles or ns per packet rose or a throughput "
                   "fell by more "
                   "than this, with 3 if that is not known")
        ->type_name("PERCENT");
    app.add_flag("-v,--verbose", arguments.verbose, "libbpf's messages");
}

// "1%", "0.5 %": above 0 and below a half.
Result<double> parse_percent(const char* option, const std::string& text) {
    constexpr double kLeast = 1e-5;
    XDPBENCH_TRY(const double share, bench::parse_share(option, text, kLeast));
    if (share < 0.5) return share;
    return input_error(fmt::format("{} {} is not below 50%", option, text), "write it as 1%");
}

Result<target::Target> target_for(const std::string& program, const CompareArguments& arguments) {
    const bool object = program.ends_with(".o") || program.find(".o:") != std::string::npos;
    const std::string named =
        object && !arguments.function.empty() ? program + ":" + arguments.function : program;
    XDPBENCH_TRY(target::Target target, target::find_target(named));
    if (arguments.scenario.empty()) return target;
    const bool file =
        arguments.scenario.ends_with(".yaml") || arguments.scenario.find('/') != std::string::npos;
    XDPBENCH_TRY(target::Target framed, file ? target::target_of(arguments.scenario)
                                             : target::find_target(arguments.scenario));
    framed.object = target.object;
    framed.scenario.program = target.scenario.program;
    return framed;
}

Result<compare::CompareOptions> parse(const CompareArguments& arguments) {
    compare::CompareOptions options;
    if (arguments.modes.empty()) {
        options.modes = {model::Mode::native};
    } else {
        XDPBENCH_TRY(options.modes, parse_modes(arguments.modes));
    }
    for (const std::string& part : arguments.only) {
        if (part != "time" && part != "throughput")
            return input_error(fmt::format("--only {}: there is no such part", part),
                               "choose from time, throughput");
    }
    if (arguments.only.size() == 1 && arguments.only[0] == "time") options.modes.clear();
    if (arguments.only.size() == 1 && arguments.only[0] == "throughput") options.alone = false;
    constexpr double kLongest = 3600;
    const std::optional<double> seconds = parse_duration(arguments.max_time);
    if (!seconds || *seconds < 1 || *seconds > kLongest)
        return input_error(
            fmt::format("--max-time {} is not between one second and one hour", arguments.max_time),
            "write it as 30s or 2m");
    options.seconds = *seconds;
    XDPBENCH_TRY(options.alpha, parse_percent("--alpha", arguments.alpha));
    XDPBENCH_TRY(options.threshold, parse_percent("--floor", arguments.threshold));
    XDPBENCH_TRY(const std::optional<model::Placement> placement, parse_placement(arguments.shape));
    XDPBENCH_TRY(options.cpus, traffic::plan_cpus(placement.value_or(model::Placement::shared)));
    options.seed = arguments.seed ? *arguments.seed : std::random_device{}();
    return options;
}

bool is_result(const std::string& path) { return path.ends_with(".json"); }

// Two results of `run`: nothing is measured, so the options of a measurement are refused.
Result<int> compare_two_results(const CLI::App& app, const CompareArguments& arguments) {
    for (const CLI::Option* const option : app.get_options()) {
        const std::string name = option->get_name();
        const bool fits = option->get_positional() || name == "--fail-on-regression";
        if (option->count() > 0 && !fits)
            return input_error(name + " is for two programs, not for two results");
    }
    std::optional<double> threshold;
    if (!arguments.regression.empty()) {
        XDPBENCH_TRY(threshold, parse_percent("--fail-on-regression", arguments.regression));
    }
    return compare_result_files(arguments.base, arguments.contender, threshold);
}

Result<int> compare_command(const CompareArguments& arguments, const Invocation& invocation) {
    if (!arguments.regression.empty())
        return input_error("--fail-on-regression is for two results, FILE.json",
                           "two programs are judged by --alpha and --floor");
    bpf::set_up_libbpf(arguments.verbose);
    XDPBENCH_TRY(compare::CompareOptions options, parse(arguments));
    options.command_line = invocation.typed;
    XDPBENCH_TRY(target::Target base, target_for(arguments.base, arguments));
    XDPBENCH_TRY(target::Target contender, target_for(arguments.contender, arguments));
    // A reference program against an object: its scenario is meant for both.
    if (base.judged != contender.judged) {
        target::Target& plain = base.judged ? contender : base;
        const target::Target& framed = base.judged ? base : contender;
        const auto object = plain.object;
        const scenario::ProgramRef program = plain.scenario.program;
        plain = framed;
        plain.object = object;
        plain.scenario.program = program;
    }
    XDPBENCH_TRY(const target::TrafficOption traffic, parse_traffic(arguments.traffic));
    if (!traffic.empty()) {
        base = target::with_traffic(std::move(base), traffic);
        contender = target::with_traffic(std::move(contender), traffic);
    }
    XDPBENCH_TRY(const std::vector<target::TrafficShape> shapes, parse_shapes(arguments.shape));
    XDPBENCH_TRY(const std::vector<compare::Compared> compared,
                 compare::prepare_comparison(base, contender, shapes));
    const bool to_stdout = arguments.json == "-";
    std::optional<OutputFile> file;
    if (!to_stdout) {
        XDPBENCH_TRY(
            OutputFile output,
            OutputFile::create(arguments.json.empty()
                                   ? result_file_name("compare-" + base.scenario.name, "json")
                                   : arguments.json));
        file.emplace(std::move(output));
    }
    report::Console console(to_stdout ? stderr : stdout);
    model::CompareRecord record;
    XDPBENCH_CHECK(compare::compare(
        compared, options, [&console](const std::string& line) { console.progress(line); },
        record));
    console.note(report::comparison_text(record));
    if (to_stdout) {
        fmt::print("{}", report::to_json(record));
        std::fflush(stdout);
        return record.exit_code;
    }
    XDPBENCH_CHECK(file->commit(report::to_json(record)));
    console.note("result: " + file->path().string());
    return record.exit_code;
}

}  // namespace

Command add_compare(CLI::App& application) {
    const auto arguments = std::make_shared<CompareArguments>();
    CLI::App* const app = application.add_subcommand(
        "compare", "is one program slower than another, on this machine? Or two results of run");
    add_options(*app, *arguments);
    app->footer("Exit: 0 not slower, 1 slower, 3 inconclusive or invalid.");
    return {app, [app, arguments](const Invocation& invocation) {
                return is_result(arguments->base) || is_result(arguments->contender)
                           ? compare_two_results(*app, *arguments)
                           : compare_command(*arguments, invocation);
            }};
}

}  // namespace xdpbench::commands
