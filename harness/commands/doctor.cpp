// `xdp-bench doctor`.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/print.h"
#include "bpf/cpus.h"
#include "bpf/program.h"
#include "commands/command.h"
#include "commands/options.h"
#include "probe/capabilities.h"
#include "probe/device.h"
#include "probe/environment.h"
#include "probe/privileges.h"
#include "report/device_text.h"
#include "report/json.h"
#include "traffic/interference.h"
#include "traffic/placement.h"

namespace xdpbench::commands {
namespace {

// Within about a second.
void show_interference() {
    const std::vector<int> cpus = traffic::allowed_cpus();
    const Result<std::vector<traffic::Interference>> pairs =
        traffic::measure_interference(cpus, 1.0);
    if (interrupted()) return;
    print(stdout, "\nCPUs: how much they slow each other down (a fixed loop)\n");
    if (!pairs) print(stdout, "  not measured: {}\n", pairs.error().text());
    if (pairs && pairs->empty() && !cpus.empty())
        print(stdout, "  CPU {:<14} the only one here\n", cpus.front());
    if (!pairs) return;
    for (const traffic::Interference& pair : *pairs) {
        print(stdout, "  {:<18} {}; sysfs: {}\n", fmt::format("CPU {}", pair.cpu), pair.text(),
              bpf::are_siblings(pair.cpu, pair.other) ? "threads of one core" : "different cores");
    }
}

// What an interruption has cut short proves nothing: no part of the report is printed that was not
// found out whole.
bool show_machine() {
    const std::vector<probe::EnvironmentEntry> entries = probe::describe_environment();
    if (interrupted()) return false;
    print(stdout, "machine\n");
    for (const probe::EnvironmentEntry& entry : entries)
        print(stdout, "  {:<18} {}\n", entry.key, entry.value);
    return true;
}

// Whether all are held.
bool show_privileges() {
    print(stdout, "\nprivileges\n");
    bool complete = true;
    for (const probe::Privilege& privilege : probe::privileges()) {
        print(stdout, "  {:<18} {:<8} {}\n", privilege.name, privilege.held ? "held" : "MISSING",
              privilege.needed_for);
        complete = complete && privilege.held;
    }
    if (!complete) print(stdout, "  to do: run with sudo\n");
    return complete;
}

// Whether each could be tried.
Result<bool> show_features() {
    const std::vector<probe::Probe> probes = probe::probe_features();
    if (interrupted()) return interrupted_error();
    print(stdout, "\nfeatures, each tried here\n");
    bool complete = true;
    for (const probe::Probe& probe : probes) {
        print(stdout, "  {:<34} {:<8} {}\n", probe.name, probe::probe_state_name(probe.state),
              probe.detail);
        if (!probe.advice.empty()) print(stdout, "  {:<34} to do:   {}\n", "", probe.advice);
        complete = complete && probe.state != probe::ProbeState::unknown;
    }
    return complete;
}

Result<int> machine_command() {
    if (!show_machine()) return interrupted_error();
    const bool privileged = show_privileges();
    show_interference();
    if (interrupted()) return interrupted_error();
    XDPBENCH_TRY(const bool tried, show_features());
    return privileged && tried ? kHeld : kNothingRan;
}

// The options as typed.
struct DoctorArguments {
    std::string device;
    bool try_modes = false;
    bool try_mtu = false;
    std::string json;
};

Result<int> device_command(const DoctorArguments& arguments) {
    const bool to_stdout = arguments.json == "-";
    std::optional<OutputFile> file;
    if (!arguments.json.empty() && !to_stdout) {
        XDPBENCH_TRY(OutputFile output, OutputFile::create(arguments.json));
        file.emplace(std::move(output));
    }
    const bool try_modes = arguments.try_modes || arguments.try_mtu;
    XDPBENCH_TRY(const model::DeviceRecord device,
                 probe::describe_device(arguments.device, {try_modes, arguments.try_mtu}));
    if (interrupted()) return interrupted_error();
    print(to_stdout ? stderr : stdout, "{}", report::device_text(device));
    if (to_stdout) write_raw(stdout, report::to_json(device));
    if (file) XDPBENCH_CHECK(file->commit(report::to_json(device)));
    return kHeld;
}

void add_options(CLI::App& app, DoctorArguments& arguments) {
    const DeclaredOption device =
        add_option(app, "--dev", arguments.device, "describe this interface, not the machine")
            .type_name("IF")
            .group(kInterfaceGroup);
    add_flag(app, "--try", arguments.try_modes,
             "attach a program in every mode and detach it; this may reset the link")
        .needs(device)
        .group(kInterfaceGroup);
    add_flag(app, "--try-mtu", arguments.try_mtu,
             "find the largest MTU with XDP as well: changes the MTU and restores it")
        .needs(device)
        .group(kInterfaceGroup);
    add_option(app, "--json", arguments.json, "write the result as JSON (-: standard output)")
        .type_name("FILE")
        .needs(device)
        .group(kOutputGroup);
    set_footer(app,
               "Exit code: 0 everything is available, 4 something is missing.\n"
               "\n"
               "Examples:\n"
               "  xdp-bench doctor\n"
               "  xdp-bench doctor --dev eth1 --try --try-mtu --json eth1.json");
}

}  // namespace

Command add_doctor(CLI::App& application) {
    const auto arguments = std::make_shared<DoctorArguments>();
    CLI::App* const app =
        add_command(application, "doctor",
                    "test what this kernel, these privileges or one device (--dev) support");
    add_options(*app, *arguments);
    return {app, [arguments](const Invocation&) {
                bpf::set_up_libbpf(false);
                return arguments->device.empty() ? machine_command() : device_command(*arguments);
            }};
}

}  // namespace xdpbench::commands
