// `xdp-bench doctor`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "commands/command.h"
#include "kernel/capabilities.h"
#include "kernel/environment.h"
#include "kernel/program.h"

namespace xdpbench {
namespace {

Result<int> doctor_command() {
    set_up_libbpf(false);
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

}  // namespace

Command add_doctor(CLI::App& application) {
    return {application.add_subcommand("doctor",
                                       "what this kernel and these privileges can do, tried, and "
                                       "what to do about what is missing"),
            [](const Invocation&) { return doctor_command(); }};
}

}  // namespace xdpbench
