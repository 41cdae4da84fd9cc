// `xdp-bench compare`: two programs against each other, or two results side by side.
#include "compare/compare.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result_file.h"
#include "commands/command.h"
#include "commands/compare_arguments.h"
#include "commands/compare_results.h"
#include "commands/options.h"
#include "commands/output_options.h"
#include "commands/prepare.h"
#include "commands/usage_error.h"
#include "report/comparison.h"
#include "report/console.h"
#include "target/initial_state.h"
#include "target/settings.h"

namespace xdpbench::commands {
namespace {

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
    return target::with_program(std::move(framed), target);
}

bool is_result(const std::string& path) { return path.ends_with(".json"); }

// Of the new side the files after --, or the second of two.
Result<ResultFiles> sides_of(const CompareArguments& arguments, const Invocation& invocation) {
    ResultFiles sides{{arguments.base}, invocation.passed_on};
    if (invocation.passed_on.empty() && arguments.more.empty()) {
        sides.after = {arguments.contender};
    } else {
        if (!arguments.contender.empty()) sides.before.push_back(arguments.contender);
        sides.before.insert(sides.before.end(), arguments.more.begin(), arguments.more.end());
    }
    for (const std::vector<std::string>* const side : {&sides.before, &sides.after}) {
        for (const std::string& path : *side) {
            if (!is_result(path))
                return input_error(fmt::format("{} is not a result, FILE.json", path),
                                   "results are compared with results, options come before --: "
                                   "compare OPTIONS old*.json -- new*.json");
        }
    }
    if (!sides.after.empty()) return sides;
    return input_error("no result of the new side is named",
                       "write -- between the two sides: old*.json -- new*.json");
}

// Two results of `run`: nothing is measured, so the options of a measurement are refused.
Result<int> compare_results(const CLI::App& app, const CompareArguments& arguments,
                            const Invocation& invocation) {
    for (const std::string& name : given_options(app)) {
        if (!arguments.outputs.others.contains(name) && name != "--fail-on-regression")
            return input_error(name + " is for two programs, not for two results");
    }
    std::optional<double> threshold;
    if (!arguments.regression.empty()) {
        XDPBENCH_TRY(threshold, parse_percent("--fail-on-regression", arguments.regression));
    }
    XDPBENCH_TRY(const ResultFiles sides, sides_of(arguments, invocation));
    return compare_result_files(sides, threshold, arguments.outputs, invocation.typed);
}

// What is compared, with the same setup and traffic.
struct Programs {
    target::Target base;
    target::Target contender;
    target::RestoredState restored;
    std::vector<std::string> notes;
};

Result<Programs> find_programs(const CompareArguments& arguments) {
    Programs programs;
    target::Target& base = programs.base;
    target::Target& contender = programs.contender;
    XDPBENCH_TRY(base, target_for(arguments.base, arguments));
    XDPBENCH_TRY(contender, target_for(arguments.contender, arguments));
    // A reference program against an object: its scenario is meant for both.
    if (base.judged != contender.judged) {
        target::Target& plain = base.judged ? contender : base;
        const target::Target& framed = base.judged ? base : contender;
        plain = target::with_program(framed, plain);
    }
    for (target::Target* const target : {&base, &contender})
        XDPBENCH_CHECK(target::permit(*target, arguments.state, programs.restored, programs.notes));
    XDPBENCH_CHECK(target::require_restorable(arguments.state, programs.restored));
    if (base.existing && !contender.existing) {
        XDPBENCH_TRY(std::string note, target::begin_like(contender, base));
        programs.notes.push_back(std::move(note));
    } else if (contender.existing && !base.existing) {
        target::load_like(base, contender);
    }
    XDPBENCH_TRY(base.settings, target::parse_settings(arguments.settings));
    contender.settings = base.settings;
    XDPBENCH_TRY(const target::TrafficOption traffic, parse_traffic(arguments.traffic));
    if (!traffic.empty()) {
        base = target::with_traffic(std::move(base), traffic);
        contender = target::with_traffic(std::move(contender), traffic);
    }
    return programs;
}

Result<int> compare_command(CompareArguments arguments, const Invocation& invocation) {
    if (!arguments.more.empty())
        return input_error(fmt::format("{} is one program too many", arguments.more.front()));
    if (!invocation.passed_on.empty())
        return input_error(fmt::format("two programs are compared without arguments after --: {}",
                                       invocation.passed_on.front()),
                           "of results, those of the new side come after --");
    if (!arguments.regression.empty())
        return input_error("--fail-on-regression is for two results, FILE.json",
                           "two programs are judged by --alpha and --threshold");
    XDPBENCH_CHECK(require_own_files(arguments.outputs,
                                     {arguments.base, arguments.contender, arguments.scenario,
                                      arguments.traffic.pcap, arguments.traffic.scapy}));
    bpf::set_up_libbpf(arguments.verbose > 1);
    PortArguments& ports = arguments.ports;
    XDPBENCH_CHECK(open_remote(ports.remote, ports.device, ports.peer, ports.take_over, false));
    if (!ports.device.empty() && !ports.prepare) say_what_is_left();
    XDPBENCH_TRY(compare::CompareOptions options, parse_compare(arguments));
    options.command_line = invocation.typed;
    XDPBENCH_TRY(Programs programs, find_programs(arguments));
    XDPBENCH_TRY(const std::vector<target::TrafficShape> shapes, parse_shapes(arguments.shape));
    XDPBENCH_TRY(const std::vector<compare::Compared> compared,
                 compare::prepare_comparison(programs.base, programs.contender, shapes));
    XDPBENCH_CHECK(claim(ports.prepare, options.ports, options.modes));
    XDPBENCH_TRY(Outputs outputs,
                 Outputs::open(arguments.outputs,
                               result_file_name("compare-" + programs.base.scenario.name, "json")));
    // The ports are restored at the end, however this function is left.
    XDPBENCH_TRY(const auto prepared, prepare(ports.prepare, options.ports, options.modes));
    report::Console console(outputs.to_stdout() ? stderr : stdout);
    model::CompareRecord record;
    console.expect(options.seconds);
    XDPBENCH_CHECK(compare::compare(
        compared, options, [&console](const std::string& line) { console.progress(line); },
        record));
    XDPBENCH_CHECK(programs.restored.restore());
    console.note(report::comparison_text(record));
    for (const std::string& note : programs.notes) console.note(note);
    XDPBENCH_CHECK(outputs.write(report::to_json(record), &record, console));
    return record.exit_code;
}

}  // namespace

Command add_compare(CLI::App& application) {
    const auto arguments = std::make_shared<CompareArguments>();
    CLI::App* const app =
        add_command(application, "compare",
                    "compare two programs, or two results of run: is the new one slower?");
    add_compare_options(*app, *arguments);
    return {app,
            [app, arguments](const Invocation& invocation) {
                if (arguments->contender.empty() && invocation.passed_on.empty())
                    return Result<int>(missing_argument(
                        "compare", "CONTENDER", "what " + arguments->base + " is compared with"));
                return is_result(arguments->base) || is_result(arguments->contender)
                           ? compare_results(*app, *arguments, invocation)
                           : compare_command(*arguments, invocation);
            },
            true};
}

}  // namespace xdpbench::commands
