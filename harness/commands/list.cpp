// `xdp-bench list`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/text.h"
#include "commands/command.h"
#include "engine/subject.h"

namespace xdpbench {
namespace {

Result<int> list_command() {
    XDPBENCH_TRY(const std::vector<Scenario> scenarios, installed_scenarios());
    for (const Scenario& scenario : scenarios) {
        fmt::print("{:<16} {}\n{:<16}   {}{}{}{}\n", scenario.name, scenario.about, "",
                   counted(scenario.checks.size(), "check"),
                   scenario.replay ? ", replay of " + scenario.replay->traffic.text : "",
                   scenario.lan ? ", lan of " + counted(scenario.lan->hosts.size(), "host") : "",
                   scenario.bench
                       ? fmt::format(", bench of {} ({})", action_name(scenario.bench->action),
                                     scenario.bench->traffic.text)
                       : "");
    }
    return kHeld;
}

}  // namespace

Command add_list(CLI::App& application) {
    return {application.add_subcommand("list", "the programs and scenarios there are"),
            [](const Invocation&) { return list_command(); }};
}

}  // namespace xdpbench
