// `xdp-bench list`.
#include <fmt/format.h>

#include "base/print.h"
#include "base/text.h"
#include "commands/command.h"
#include "commands/options.h"
#include "target/target.h"

namespace xdpbench::commands {
namespace {

Result<int> list_command() {
    XDPBENCH_TRY(const std::vector<scenario::Scenario> scenarios, target::installed_scenarios());
    for (const scenario::Scenario& scenario : scenarios) {
        print(stdout, "{:<16} {}\n{:<16}   {}{}{}{}\n", scenario.name, scenario.about, "",
              counted(scenario.checks.size(), "check"),
              scenario.replay ? ", replay of " + scenario.replay->traffic.text : "",
              scenario.lan ? ", lan of " + counted(scenario.lan->hosts.size(), "host") : "",
              scenario.bench
                  ? fmt::format(", bench of {} ({})", model::action_name(scenario.bench->action),
                                scenario.bench->traffic.text)
                  : "");
    }
    return kHeld;
}

}  // namespace

Command add_list(CLI::App& application) {
    CLI::App* const app =
        add_command(application, "list", "print the reference programs and their scenarios");
    set_footer(*app, "Example:\n  xdp-bench list");
    return {app, [](const Invocation&) { return list_command(); }};
}

}  // namespace xdpbench::commands
