// The command line, nothing else.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "engine/run.h"
#include "engine/subject.h"
#include "kernel/capabilities.h"
#include "kernel/environment.h"
#include "report/json.h"

namespace xdpbench {
namespace {

enum ExitCode { kHeld = 0, kInputError = 2, kInvalid = 3, kNothingRan = 4, kInterrupted = 130 };

int exit_code_of(const Error& error) {
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

// The options of `run` as typed.
struct RunArguments {
    std::vector<std::string> programs;
    std::vector<std::string> scenarios;
    std::vector<std::string> modes{"native"};
    std::vector<std::string> only;
    std::string pcap;
    std::string duration = "1s";
    int rounds = 5;
    std::string json;
    bool keep = false;
    bool verbose = false;
};

void add_run_options(CLI::App& app, RunArguments& arguments) {
    app.add_option("--prog", arguments.programs,
                   "a reference program by name, FILE.o[:FUNCTION], or all")
        ->delimiter(',')
        ->type_name("NAME|FILE.o[:FUNCTION]|all");
    app.add_option("--scenario", arguments.scenarios, "a scenario file, with the program it names")
        ->type_name("FILE");
    app.add_option("--mode", arguments.modes,
                   "attach modes: generic, native, offload or all (default: native)")
        ->delimiter(',')
        ->type_name("MODE,...");
    app.add_option("--only", arguments.only, "only these parts: check, replay, bench")
        ->delimiter(',')
        ->type_name("PART,...");
    app.add_option("--pcap", arguments.pcap,
                   "other traffic; verdicts are counted, nothing is judged")
        ->type_name("FILE");
    app.add_option("--duration", arguments.duration, "length of a bench round (default: 1s)")
        ->type_name("TIME");
    app.add_option("--rounds", arguments.rounds, "bench rounds (default: 5)")->type_name("N");
    app.add_option("--json", arguments.json,
                   "where the result goes (default: results/<program>-<mode>-<time>.json; - for "
                   "standard output)")
        ->type_name("FILE");
    app.add_flag("--keep", arguments.keep,
                 "keep the replay's namespaces for debugging and say how to enter them");
    app.add_flag("-v,--verbose", arguments.verbose, "every check by name, and libbpf's messages");
}

Result<std::vector<Mode>> parse_modes(const std::vector<std::string>& names) {
    const std::vector<Mode> all{Mode::generic, Mode::native, Mode::offload};
    std::vector<Mode> modes;
    for (const std::string& name : names) {
        if (name == "all") return all;
        const std::optional<Mode> mode = parse_mode(name);
        if (!mode) {
            const std::optional<std::string> near =
                nearest(name, {"generic", "native", "offload", "all"});
            return input_error(fmt::format("--mode {}: there is no such mode{}", name,
                                           near ? fmt::format("; did you mean {}?", *near) : ""),
                               "choose from generic, native, offload, all");
        }
        if (std::find(modes.begin(), modes.end(), *mode) == modes.end()) modes.push_back(*mode);
    }
    return modes;
}

Result<RunOptions> parse_run(const RunArguments& arguments) {
    RunOptions options;
    options.programs = arguments.programs;
    options.scenarios = arguments.scenarios;
    XDPBENCH_TRY(options.modes, parse_modes(arguments.modes));
    if (!arguments.only.empty()) options.check = options.replay = options.bench = false;
    for (const std::string& part : arguments.only) {
        if (part != "check" && part != "replay" && part != "bench") {
            const std::optional<std::string> near = nearest(part, {"check", "replay", "bench"});
            return input_error(fmt::format("--only {}: there is no such part{}", part,
                                           near ? fmt::format("; did you mean {}?", *near) : ""),
                               "choose from check, replay, bench");
        }
        options.check = options.check || part == "check";
        options.replay = options.replay || part == "replay";
        options.bench = options.bench || part == "bench";
    }
    if (!arguments.pcap.empty()) options.pcap = arguments.pcap;
    constexpr double kLongestRound = 3600;
    const std::optional<double> seconds = parse_duration(arguments.duration);
    if (!seconds || *seconds > kLongestRound)
        return input_error(
            fmt::format("--duration {} is not a time between 0 and one hour", arguments.duration),
            "write it as 3s, 250ms or 2m");
    options.seconds = *seconds;
    constexpr int kMostRounds = 10'000;
    if (arguments.rounds < 1 || arguments.rounds > kMostRounds)
        return input_error(
            fmt::format("--rounds {} is not between 1 and {}", arguments.rounds, kMostRounds));
    options.rounds = arguments.rounds;
    options.keep = arguments.keep;
    return options;
}

std::string default_result_name(const RunOptions& options) {
    std::string subject =
        options.programs.size() + options.scenarios.size() == 1
            ? (options.programs.empty() ? options.scenarios : options.programs).front()
            : "run";
    subject = std::filesystem::path(subject).stem().string();
    std::string modes;
    for (const Mode mode : options.modes) modes += "-" + std::string(mode_name(mode));
    const std::time_t now = std::time(nullptr);
    std::tm utc = {};
    ::gmtime_r(&now, &utc);
    std::array<char, 32> stamp{};
    std::strftime(stamp.data(), stamp.size(), "%Y%m%dT%H%M%SZ", &utc);
    return fmt::format("results/{}{}-{}-{}.json", subject, modes, stamp.data(), ::getpid());
}

Result<int> run_command(const RunArguments& arguments, const std::vector<std::string>& passed_on,
                        const std::string& command_line, Console& console) {
    XDPBENCH_TRY(RunOptions options, parse_run(arguments));
    options.passed_on = passed_on;
    options.command_line = command_line;
    XDPBENCH_TRY(const PlannedRun plan, plan_run(options));
    RunRecord record;
    std::vector<std::string> notes;
    if (plan.listing) {
        XDPBENCH_CHECK(run(plan, console, record, notes));
        return kHeld;
    }
    // Found out now, not after the work: can the result be written?
    const bool to_stdout = arguments.json == "-";
    std::optional<OutputFile> file;
    if (!to_stdout) {
        XDPBENCH_TRY(OutputFile output,
                     OutputFile::create(arguments.json.empty() ? default_result_name(options)
                                                               : arguments.json));
        file.emplace(std::move(output));
    }
    XDPBENCH_CHECK(run(plan, console, record, notes));
    record.exit_code = xdpbench::exit_code_of(record);
    console.report(record, arguments.verbose);
    for (const std::string& note : notes) console.note(note);
    if (to_stdout) {
        fmt::print("{}", to_json(record));
        std::fflush(stdout);
        return record.exit_code;
    }
    XDPBENCH_CHECK(file->commit(to_json(record)));
    console.note("\nresult: " + file->path().string());
    return record.exit_code;
}

Result<int> list_command() {
    XDPBENCH_TRY(const std::vector<Scenario> scenarios, installed_scenarios());
    for (const Scenario& scenario : scenarios) {
        fmt::print("{:<16} {}\n{:<16}   {}{}{}\n", scenario.name, scenario.about, "",
                   counted(scenario.checks.size(), "check"),
                   scenario.replay ? ", replay of " + scenario.replay->traffic.text : "",
                   scenario.bench
                       ? fmt::format(", bench of {} ({})", action_name(scenario.bench->action),
                                     scenario.bench->traffic.text)
                       : "");
    }
    return kHeld;
}

Result<int> doctor_command() {
    fmt::print("machine\n");
    for (const EnvironmentEntry& entry : describe_environment())
        fmt::print("  {:<18} {}\n", entry.key, entry.value);
    fmt::print("\nprivileges\n");
    bool complete = true;
    for (const Privilege& privilege : privileges()) {
        fmt::print("  {:<18} {:<8} {}\n", privilege.name, privilege.held ? "held" : "MISSING",
                   privilege.needed_for);
        complete = complete && privilege.held;
    }
    if (!complete) fmt::print("  to do: run with sudo\n");
    fmt::print("\nfeatures, each tried here\n");
    for (const Probe& probe : probe_features()) {
        fmt::print("  {:<34} {:<8} {}\n", probe.name, probe_state_name(probe.state), probe.detail);
        if (!probe.advice.empty()) fmt::print("  {:<34} to do:   {}\n", "", probe.advice);
        complete = complete && probe.state != ProbeState::unknown;
    }
    return complete ? kHeld : kNothingRan;
}

int report_error(Console& console, const Error& error) {
    console.error(error);
    return exit_code_of(error);
}

int command_line(std::vector<std::string> arguments) {
    std::string typed = "xdp-bench";
    for (const std::string& argument : arguments) typed += " " + argument;
    // What stands behind -- is not ours: it goes to GoogleTest and Google Benchmark.
    std::vector<std::string> passed_on;
    const auto separator = std::find(arguments.begin(), arguments.end(), "--");
    if (separator != arguments.end()) {
        passed_on.assign(separator + 1, arguments.end());
        arguments.erase(separator, arguments.end());
    }

    CLI::App app("Tests and benchmarks XDP programs. Without a command: run.", "xdp-bench");
    app.set_version_flag("--version", XDP_BENCH_VERSION);
    app.require_subcommand(0, 1);
    app.footer(
        "Exit: 0 all held, 1 a check failed, 2 usage or input error, 3 invalid measurement, 4 "
        "nothing could run here, 130 interrupted.");
    RunArguments run_arguments;
    add_run_options(app, run_arguments);
    CLI::App& run_app =
        *app.add_subcommand("run", "check, replay and bench programs (the default)");
    add_run_options(run_app, run_arguments);
    run_app.footer(
        "After --, flags go to GoogleTest (--gtest_filter=...) and Google Benchmark "
        "(--benchmark_repetitions=...).");
    const CLI::App& list_app = *app.add_subcommand("list", "the programs and scenarios there are");
    const CLI::App& doctor_app =
        *app.add_subcommand("doctor",
                            "what this kernel and these privileges can do, tried, and what to do "
                            "about what is missing");

    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    try {
        app.parse(arguments);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? kHeld : kInputError;
    }
    Console console(run_arguments.json == "-" ? stderr : stdout);
    set_up_libbpf(run_arguments.verbose);
    Result<int> code = list_app.parsed() ? list_command()
                       : doctor_app.parsed()
                           ? doctor_command()
                           : run_command(run_arguments, passed_on, typed, console);
    return code ? *code : report_error(console, code.error());
}

}  // namespace
}  // namespace xdpbench

int main(int argc, char** argv) {
    xdpbench::catch_interrupts();
    return xdpbench::command_line({argv + 1, argv + argc});
}
