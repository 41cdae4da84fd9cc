#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "base/print.h"
#include "commands/command.h"
#include "commands/options.h"
#include "commands/prepare.h"
#include "net/prepared_ports.h"
#include "probe/privileges.h"

namespace xdpbench::commands {
namespace {

// What restores there. Whether a namespace without a name is still there cannot be seen.
std::string to_do_for(const net::LeftElsewhere& left) {
    if (!left.name.empty())
        return fmt::format("sudo ip netns exec {} xdp-bench restore", left.name);
    return fmt::format(
        "in that network namespace, as root: xdp-bench restore; if it is gone: sudo rm {}",
        left.settings.record.string());
}

// Records of ports that are not here. One of a network namespace that is gone is of no use.
Result<void> report_elsewhere(const std::vector<net::LeftElsewhere>& left) {
    for (const net::LeftElsewhere& one : left) {
        if (one.gone) {
            XDPBENCH_CHECK(net::forget(one.settings));
            print(stderr, "xdp-bench: removed the record of {}: the network namespace {} is gone\n",
                  left_text(one.settings), one.namespace_id);
            continue;
        }
        print(stderr,
              "xdp-bench: a run that was killed left these settings changed in the network "
              "namespace {}: {}\n"
              "  to do:  {}\n",
              one.name.empty() ? one.namespace_id : one.name, left_text(one.settings),
              to_do_for(one));
    }
    return {};
}

Result<int> restore_command() {
    XDPBENCH_CHECK(probe::require_privileges());
    const std::vector<net::LeftSettings> left = net::left_settings();
    const Result<void> restored = restore_all(left);
    // What cannot be restored here does not hide what is left elsewhere.
    XDPBENCH_CHECK(report_elsewhere(net::left_elsewhere()));
    XDPBENCH_CHECK(restored);
    if (left.empty()) print(stdout, "nothing to restore in this network namespace\n");
    return kHeld;
}

}  // namespace

Command add_restore(CLI::App& application) {
    CLI::App* const app = add_command(
        application, "restore",
        "restore the port settings that a killed run (--prepare, --queues, qualify) left changed");
    set_footer(*app, "Example:\n  xdp-bench restore");
    return {app, [](const Invocation&) { return restore_command(); }};
}

}  // namespace xdpbench::commands
