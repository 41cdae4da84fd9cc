// `xdp-bench attach`.
#include "live/attach.h"

#include <memory>

#include "bpf/program.h"
#include "commands/attach_arguments.h"
#include "commands/command.h"
#include "commands/options.h"
#include "report/live.h"

namespace xdpbench::commands {
namespace {

Result<int> attach_command(const AttachArguments& arguments) {
    bpf::set_up_libbpf(arguments.verbose > 1);
    XDPBENCH_TRY(const live::AttachOptions options, parse_attach(arguments));
    report::LiveReport report(arguments.json);
    XDPBENCH_CHECK(attach(options, report));
    return kHeld;
}

}  // namespace

Command add_attach(CLI::App& application) {
    const auto arguments = std::make_shared<AttachArguments>();
    CLI::App* const app =
        add_command(application, "attach",
                    "run a program on an interface; print counters and events, change its maps");
    add_attach_options(*app, *arguments);
    return {app, [arguments](const Invocation&) { return attach_command(*arguments); }};
}

}  // namespace xdpbench::commands
