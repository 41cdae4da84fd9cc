// `xdp-bench record`.
#include "record/record.h"

#include <memory>

#include "commands/command.h"
#include "commands/options.h"
#include "commands/shared_state_options.h"
#include "commands/traffic_options.h"
#include "commands/usage_error.h"
#include "probe/oldest_kernel.h"
#include "probe/privileges.h"
#include "report/console.h"
#include "target/settings.h"

namespace xdpbench::commands {
namespace {

struct RecordArguments {
    std::string program;
    std::string scenario;
    TrafficArguments traffic;
    std::vector<std::string> settings;
    std::string output;
    std::string update;
    target::StateOptions state;
    int verbose = 0;
};

Result<record::Recorded> record_new(const RecordArguments& arguments,
                                    target::RestoredState& restored,
                                    std::vector<std::string>& notes,
                                    const record::Progress& progress) {
    if (arguments.program.empty() == arguments.scenario.empty()) {
        if (!arguments.program.empty())
            return input_error("--prog and --scenario do not go together",
                               "--prog names a program; --scenario names a program and its setup");
        return missing_argument("record", "--prog", "the program, or --scenario, which names it");
    }
    if (arguments.output.empty())
        return missing_argument("record", "-o FILE", "the scenario to write");
    if (arguments.output == "-")
        return input_error(
            "record writes no scenario to standard output",
            "give it a name, as captures are looked for from its folder: -o mine.yaml");
    XDPBENCH_TRY(target::Target target, arguments.scenario.empty()
                                            ? target::find_target(arguments.program)
                                            : target::target_of(arguments.scenario));
    XDPBENCH_TRY(target.settings, target::parse_settings(arguments.settings));
    XDPBENCH_CHECK(target::permit(target, arguments.state, restored, notes));
    XDPBENCH_CHECK(target::require_restorable(arguments.state, restored));
    XDPBENCH_TRY(const target::TrafficOption traffic, parse_traffic(arguments.traffic));
    if (traffic.empty())
        return missing_argument("record", "--pcap FILE", "the traffic, or --scapy");
    return record::record_scenario(target::with_traffic(std::move(target), traffic),
                                   arguments.output, progress);
}

Result<int> record_command(const RecordArguments& arguments) {
    bpf::set_up_libbpf(arguments.verbose > 1);
    XDPBENCH_CHECK(probe::require_privileges());
    XDPBENCH_CHECK(probe::require_kernel());
    target::RestoredState restored;
    std::vector<std::string> notes;
    report::Console console(stdout);
    const record::Progress progress = [&console](const std::string& line) {
        console.progress(line);
    };
    XDPBENCH_TRY(const record::Recorded recorded,
                 arguments.update.empty() ? record_new(arguments, restored, notes, progress)
                                          : record::update_scenario(arguments.update, progress));
    XDPBENCH_CHECK(restored.restore());
    for (const std::string& note : notes) console.note(note);
    for (const std::string& line : recorded.lines) console.note(line);
    return kHeld;
}

}  // namespace

Command add_record(CLI::App& application) {
    const auto arguments = std::make_shared<RecordArguments>();
    CLI::App* const app =
        add_command(application, "record",
                    "write a scenario with what a program does now as the expected result");
    add_option(*app, "--prog", arguments->program,
               "a reference program by name, FILE.o[:FUNCTION], or a loaded program: id:N, "
               "tag:T, pinned:PATH, dev:IF")
        .type_name("NAME|FILE.o[:FUNCTION]")
        .group(kProgramGroup);
    add_option(*app, "--scenario", arguments->scenario,
               "take the program and its setup (globals, maps) from this scenario")
        .type_name("FILE")
        .group(kProgramGroup);
    add_option(*app, "--set", arguments->settings,
               "value of a global variable or a map entry, written into the scenario; may be "
               "repeated")
        .type_name("NAME=VALUE|MAP[KEY]=VALUE")
        .repeatable()
        .group(kProgramGroup);
    add_shared_state_options(*app, arguments->state);
    add_traffic_options(*app, arguments->traffic);
    add_option(*app, "-o,--output", arguments->output, "the scenario to write; it must not exist")
        .type_name("FILE")
        .group(kOutputGroup);
    DeclaredOption update =
        add_option(*app, "--update", arguments->update,
                   "rewrite the expectations of this scenario that no longer hold")
            .type_name("FILE")
            .group(kOutputGroup);
    for (const char* const other :
         {"--prog", "--scenario", "--set", "--pcap", "--scapy", "--output"})
        update.excludes(declared(*app, other));
    add_flag(*app, "-v,--verbose", arguments->verbose, "-vv prints libbpf's debug messages")
        .group(kOutputGroup);
    set_footer(*app,
               "Examples:\n"
               "  xdp-bench record --prog ./mine.o --pcap traffic.pcap -o mine.yaml\n"
               "  xdp-bench record --prog ./mine.o --set 'ports[1]=2' --scapy 'Ether()/IP()/UDP()' "
               "-o mine.yaml\n"
               "  xdp-bench record --update mine.yaml");
    return {app, [arguments](const Invocation&) { return record_command(*arguments); }};
}

}  // namespace xdpbench::commands
