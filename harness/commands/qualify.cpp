// `xdp-bench qualify`.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <vector>

#include "base/text.h"
#include "commands/command.h"
#include "commands/lists.h"
#include "commands/options.h"
#include "commands/output_options.h"
#include "commands/port_arguments.h"
#include "commands/prepare.h"
#include "commands/remote_side.h"
#include "net/port_network.h"
#include "probe/oldest_kernel.h"
#include "probe/privileges.h"
#include "qualify/card.h"
#include "qualify/port_rate.h"
#include "qualify/repeat.h"
#include "qualify/run.h"
#include "report/qualification_text.h"
#include "run/cases.h"
#include "run/selection.h"

namespace xdpbench::commands {
namespace {

// As typed.
struct QualifyArguments {
    std::string device;
    std::string peer;
    bool take_over = false;
    RemoteArguments remote;
    std::vector<std::string> groups;
    std::string at_least;
    std::string duration;
    bool resume = false;
    OutputArguments outputs;
};

Result<qualify::Options> options_of(const QualifyArguments& arguments) {
    qualify::Options options;
    options.device = arguments.device;
    if (!arguments.peer.empty()) options.peer = arguments.peer;
    options.take_over = arguments.take_over;
    options.remote = arguments.remote.session;
    options.remote_place = arguments.remote.place;
    options.remote_tool = arguments.remote.tool;
    options.duration = arguments.duration;
    if (!arguments.at_least.empty()) {
        XDPBENCH_TRY(options.at_least, qualify::parse_least_rate(arguments.at_least));
    }
    if (arguments.duration.empty()) return options;
    const auto seconds = parse_duration(arguments.duration);
    if (!seconds)
        return input_error(fmt::format("--duration {} is not a duration", arguments.duration),
                           "write it as 1s or 500ms");
    options.seconds = *seconds;
    return options;
}

// A rate that is asked for has to be measured: else what was not even tried would pass.
Result<void> require_rates(const qualify::Options& options,
                           const std::vector<std::string>& groups) {
    if (!options.at_least) return {};
    const std::string asked = "--at-least " + options.at_least->text;
    if (options.remote)
        return input_error(asked + " does not go with --remote: qualify measures no rates there",
                           "measure them with: " + qualify::rates_command_of(options));
    if (groups.empty() || std::find(groups.begin(), groups.end(), "speed") != groups.end())
        return {};
    return input_error(asked + " is judged by the group speed, which --group leaves out",
                       "add speed to --group, or leave --at-least out");
}

// A share needs something that it is a share of.
Result<void> require_link_speed(const qualify::Options& options, const std::string& device) {
    const auto& least = options.at_least;
    if (!least || least->share == 0 || qualify::link_speed(device)) return {};
    return input_error(fmt::format("--at-least {} is a share of the line rate, and {} does not "
                                   "report the speed of its link",
                                   least->text, device),
                       "ask for a rate of 64-byte frames: --at-least 1Mpps");
}

// The record of a run that begins.
Result<model::QualificationRecord> begin(const qualify::Context& context,
                                         const qualify::Selection& selection,
                                         const Invocation& invocation) {
    model::QualificationRecord record;
    record.command_line = invocation.typed;
    record.started =
        fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now()));
    record.device = context.device().name;
    record.peer = context.has_peer() ? context.peer().name : "";
    record.not_run = selection.not_run;
    XDPBENCH_TRY(record.environment, qualify::describe_card(context));
    return record;
}

// The ports by their own names, which are two different ones.
Result<net::Ports> find_ports(const qualify::Options& options) {
    net::Ports ends{options.device, options.peer.value_or(""), options.take_over, options.remote};
    XDPBENCH_TRY(const net::NetNs netns, net::NetNs::current());
    XDPBENCH_TRY(const net::InterfaceInfo device, net::query_interface(netns, options.device));
    ends.device = device.name;
    if (!options.peer || options.remote) return ends;
    XDPBENCH_TRY(const net::InterfaceInfo peer, net::query_interface(netns, *options.peer));
    XDPBENCH_CHECK(require_two_ends(options.device, device, *options.peer, peer));
    ends.peer = peer.name;
    return ends;
}

Result<int> list_cases(const qualify::Options& options, const net::Ports& ports,
                       const qualify::Selection& selection) {
    XDPBENCH_TRY(const net::PreparedPorts prepared, prepare_ports(ports));
    XDPBENCH_TRY(qualify::Context context, qualify::Context::create(options));
    model::QualificationRecord record;
    XDPBENCH_TRY(qualify::ResultStore store, qualify::ResultStore::create("/dev/null", "list"));
    XDPBENCH_CHECK(qualify::run(
        context, selection, store, record, [](const std::string&) {}, [](const std::string&) {}));
    return kHeld;
}

Result<int> run_qualify(QualifyArguments arguments, const Invocation& invocation) {
    XDPBENCH_CHECK(require_own_files(arguments.outputs, {}, invocation.passed_on));
    XDPBENCH_CHECK(
        open_remote(arguments.remote, arguments.device, arguments.peer, arguments.take_over, true));
    XDPBENCH_TRY(const qualify::Options options, options_of(arguments));
    XDPBENCH_TRY(const std::vector<std::string> groups, list_items("--group", arguments.groups));
    XDPBENCH_CHECK(require_rates(options, groups));
    XDPBENCH_TRY(qualify::Selection selection, qualify::select(groups, options.peer.has_value()));
    XDPBENCH_CHECK(run::initialize_cases(invocation.passed_on));
    XDPBENCH_CHECK(probe::require_privileges());
    XDPBENCH_CHECK(probe::require_kernel());
    XDPBENCH_TRY(net::Ports ports, find_ports(options));
    XDPBENCH_CHECK(require_link_speed(options, ports.device));
    XDPBENCH_CHECK(restore_all(net::left_settings()));
    XDPBENCH_CHECK(net::claim_ports(ports));
    if (run::asks_for_list(invocation.passed_on)) return list_cases(options, ports, selection);
    std::optional<qualify::Unfinished> left;
    if (arguments.resume) {
        XDPBENCH_TRY(left,
                     qualify::find_unfinished(arguments.outputs.json, ports.device, ports.peer));
        qualify::close_running(left->record, options);
        qualify::keep_planned(left->record, selection);
    }
    XDPBENCH_TRY(
        qualify::ResultStore store,
        left ? qualify::ResultStore::reopen(
                   left->path, arguments.outputs.json.empty() ? Naming::again : Naming::replace)
             : qualify::ResultStore::create(arguments.outputs.json, ports.device));
    XDPBENCH_TRY(Outputs documents, Outputs::open_documents(arguments.outputs));
    // Only a qualification that begins changes a port.
    XDPBENCH_TRY(const net::PreparedPorts prepared, prepare_ports(ports));
    XDPBENCH_TRY(qualify::Context context, qualify::Context::create(options));
    model::QualificationRecord record;
    if (left) {
        record = std::move(left->record);
    } else {
        XDPBENCH_TRY(record, begin(context, selection, invocation));
    }
    report::Console console(stdout);
    print(stdout, "{}{}", report::header_text(record), report::done_text(record));
    XDPBENCH_CHECK(qualify::run(
        context, selection, store, record,
        [&console](const std::string& line) { console.progress_on_terminal(line); },
        [&console](const std::string& text) {
            console.clear_progress();
            print(stdout, "{}", text);
            std::fflush(stdout);
        }));
    print(stdout, "{}result: {}\n", report::conclusion_text(record), store.path().string());
    XDPBENCH_CHECK(documents.write_documents(&record));
    return record.exit_code;
}

void add_options(CLI::App& app, QualifyArguments& arguments) {
    add_option(app, "--dev", arguments.device,
               "the port to qualify (default: NETIF of the environment or net.config)")
        .type_name("IF")
        .group(kInterfaceGroup);
    add_option(app, "--peer", arguments.peer,
               "the port that is cabled to it, from which frames are sent; without it only what "
               "one port can show is run")
        .type_name("IF")
        .group(kInterfaceGroup);
    add_remote_options(app, arguments.remote);
    add_option(app, "--group", arguments.groups, "only the cases of these groups")
        .type_name("GROUP,...")
        .group(kProgramGroup);
    add_option(app, "--at-least", arguments.at_least,
               "group speed: fail below this share of the line rate, or below this rate of "
               "64-byte frames")
        .type_name("SHARE|RATE")
        .group(kProgramGroup);
    add_option(app, "--duration", arguments.duration,
               "group speed: how long each measurement takes; default 1s")
        .type_name("TIME")
        .group(kProgramGroup);
    add_flag(app, "--resume", arguments.resume,
             "continue the newest unfinished qualification of this port, or the one in --json")
        .group(kOutputGroup);
    add_output_options(app, arguments.outputs, "results/qualify-IF-TIME.json");
    set_footer(
        app,
        "Settings of both ports that are in the way are changed meanwhile and restored.\n"
        "Exit code: 0 qualified, 1 not qualified, 3 or 4 incomplete, 130 interrupted.\n"
        "\n"
        "Examples:\n"
        "  xdp-bench qualify --dev eth1 --peer eth2\n"
        "  xdp-bench qualify --dev eth1 --peer eth2 --group control,data --junit out.xml\n"
        "  xdp-bench qualify --dev eth1 --peer eth2 --group speed --at-least 50%\n"
        "  xdp-bench qualify --dev eth1 --peer eth2 -- '--gtest_filter=qualify.control.mtu_*'");
}

}  // namespace

Command add_qualify(CLI::App& application) {
    const auto arguments = std::make_shared<QualifyArguments>();
    CLI::App* const app = add_command(
        application, "qualify", "test a network card and its driver, case by case, with a verdict");
    add_options(*app, *arguments);
    return {app,
            [arguments](const Invocation& invocation) {
                bpf::set_up_libbpf(false);
                return run_qualify(*arguments, invocation);
            },
            true};
}

}  // namespace xdpbench::commands
