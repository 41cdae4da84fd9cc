// `xdp-bench run`, and what runs without a command.
#include "run/run.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <system_error>

#include "base/result_file.h"
#include "base/text.h"
#include "commands/command.h"
#include "commands/options.h"
#include "commands/output_options.h"
#include "commands/port_arguments.h"
#include "commands/prepare.h"
#include "commands/queue_options.h"
#include "commands/run_arguments.h"
#include "report/external_text.h"
#include "report/json.h"

namespace xdpbench::commands {
namespace {

std::string default_result_name(const run::RunOptions& options) {
    std::string target =
        options.programs.size() + options.scenarios.size() == 1
            ? (options.programs.empty() ? options.scenarios : options.programs).front()
            : "run";
    target = std::filesystem::path(target).stem().string();
    std::string modes;
    for (const model::Mode mode : options.modes) modes += "-" + std::string(model::mode_name(mode));
    return result_file_name(target + modes, "json");
}

// What the names of files beside the result begin with; beside a device or a pipe there are none.
std::string stem_of(const std::filesystem::path& result, const std::filesystem::path& by_itself) {
    std::error_code error;
    const bool file =
        !std::filesystem::exists(result, error) || std::filesystem::is_regular_file(result, error);
    return std::filesystem::path(file ? result : by_itself).replace_extension().string();
}

std::vector<std::string> files_read(const RunArguments& arguments) {
    std::vector<std::string> files = split_all(arguments.programs, ',');
    files.insert(files.end(), arguments.scenarios.begin(), arguments.scenarios.end());
    files.insert(files.end(), {arguments.traffic.pcap, arguments.traffic.scapy});
    return files;
}

Result<int> run_command(RunArguments arguments, const Invocation& invocation) {
    XDPBENCH_CHECK(
        require_own_files(arguments.outputs, files_read(arguments), invocation.passed_on));
    bpf::set_up_libbpf(arguments.verbose > 1);
    XDPBENCH_CHECK(open_remote(arguments.remote, arguments.device, arguments.peer,
                               arguments.take_over, false));
    if (!arguments.device.empty() && !arguments.prepare) say_what_is_left();
    XDPBENCH_TRY(run::RunOptions typed, parse_run(arguments));
    typed.passed_on = invocation.passed_on;
    typed.command_line = invocation.typed;
    XDPBENCH_TRY(run::PlannedRun plan, run::plan_run(typed));
    run::RunOptions& options = plan.options;
    const bool to_stdout = arguments.outputs.json == "-";
    const std::string by_itself = default_result_name(options);
    const std::string result =
        arguments.outputs.json.empty() || to_stdout ? by_itself : arguments.outputs.json;
    options.result_stem = stem_of(result, by_itself);
    report::Console console(to_stdout ? stderr : stdout);
    model::RunRecord record;
    std::vector<std::string> notes = plan.notes;
    if (plan.listing) {
        XDPBENCH_CHECK(run::run(plan, console, record, notes));
        return kHeld;
    }
    std::optional<net::Ports> ports = ports_of(options);
    XDPBENCH_CHECK(claim(arguments.prepare, ports, options.modes));
    // Found out now, not after the work: can the result be written?
    XDPBENCH_TRY(Outputs outputs, Outputs::open(arguments.outputs, by_itself));
    // What is wrong with the command line is known now: only a run that begins changes a port. The
    // ports are restored at the end, however this function is left.
    XDPBENCH_TRY(const auto prepared, prepare(arguments.prepare, ports, options.modes));
    if (ports && ports->remote) options.peer = ports->peer;
    XDPBENCH_TRY(const auto queues, change_queues(options));
    if (options.external_traffic)
        print(stderr, "xdp-bench: {}\n",
              report::external_request(*options.device, options.seconds));
    XDPBENCH_CHECK(run::run(plan, console, record, notes));
    XDPBENCH_CHECK(plan.restored.restore());
    record.exit_code = model::exit_code_of(record);
    console.report(record, arguments.verbose > 0);
    for (const std::string& note : notes) console.note(note);
    XDPBENCH_CHECK(outputs.write(report::to_json(record), &record, console));
    return record.exit_code;
}

}  // namespace

Command add_run(CLI::App& application) {
    const auto arguments = std::make_shared<RunArguments>();
    add_run_options(application, *arguments);
    CLI::App* const app =
        add_command(application, "run", "check, replay and bench programs (the default)");
    add_run_options(*app, *arguments);
    set_footer(
        *app,
        "Flags after -- go to GoogleTest (--gtest_filter=...) and Google Benchmark\n"
        "(--benchmark_repetitions=...).\n"
        "\n"
        "Examples:\n"
        "  xdp-bench run --prog icmp_lb --mode generic,native\n"
        "  xdp-bench run --prog ./mine.o:my_function --pcap traffic.pcap --only check,replay\n"
        "  xdp-bench run --prog icmp_lb --only bench --size 64,128,256,512,1024,1280,1518\n"
        "  xdp-bench run --prog icmp_lb --only search --loss 0,0.1% --junit search.xml\n"
        "  xdp-bench run --prog xdp_tx --only bench --dev eth1 --peer eth2 --queues 1,2,4\n"
        "  xdp-bench run --prog xdp_redirect --dev eth1 --peer eth2 --out eth3 --out-peer eth4\n"
        "  xdp-bench run --prog icmp_lb --dev eth1 --traffic external --duration 30s\n"
        "  xdp-bench run --prog icmp_lb -- '--gtest_filter=*fragment*'");
    return {
        app,
        [arguments](const Invocation& invocation) { return run_command(*arguments, invocation); },
        true};
}

}  // namespace xdpbench::commands
