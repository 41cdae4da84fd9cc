// `xdp-bench generate`.
#include <unistd.h>

#include "bpf/program.h"
#include "commands/command.h"
#include "commands/options.h"
#include "generate/serve.h"
#include "probe/oldest_kernel.h"
#include "probe/privileges.h"

namespace xdpbench::commands {
namespace {

Result<int> generate_command() {
    bpf::set_up_libbpf(false);
    XDPBENCH_CHECK(probe::require_privileges());
    XDPBENCH_CHECK(probe::require_kernel());
    XDPBENCH_TRY(const bool all_succeeded, generate::serve(STDIN_FILENO, STDOUT_FILENO));
    return all_succeeded ? kHeld : kInputError;
}

}  // namespace

Command add_generate(CLI::App& application) {
    CLI::App* const app = add_command(
        application, "generate",
        "send and count frames for another machine: commands and replies as JSON lines");
    set_footer(
        *app,
        "Reads one JSON object a line from standard input and writes one reply a line to\n"
        "standard output, until its input ends. It listens on no port and leaves nothing behind.\n"
        "With --remote, the tool starts it on the other machine. The manual has all commands:\n"
        "port, claim, set, restore, traffic, send, capture, arrived, captured, end.\n"
        "\n"
        "Examples:\n"
        "  xdp-bench generate <commands.jsonl >replies.jsonl\n"
        "  echo '{\"command\":\"port\",\"interface\":\"eth2\"}' | xdp-bench generate\n"
        "  echo "
        "'{\"command\":\"send\",\"interface\":\"eth2\",\"pcap\":\"a.pcap\",\"frames\":1000,\n"
        "    \"rate\":\"10kpps\",\"seconds\":5}' | tr -d '\\n' | xdp-bench generate\n"
        "  (echo '{\"command\":\"capture\",\"interface\":\"eth2\"}'; sleep 10;\n"
        "    echo '{\"command\":\"captured\",\"interface\":\"eth2\"}') | xdp-bench generate");
    return {app, [](const Invocation&) { return generate_command(); }};
}

}  // namespace xdpbench::commands
