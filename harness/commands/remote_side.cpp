#include "commands/remote_side.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <optional>

#include "base/print.h"
#include "commands/options.h"
#include "commands/usage_error.h"
#include "remote/test_environment.h"

namespace xdpbench::commands {
namespace {

constexpr const char* kFromEnvironment = "env";

// Ports and place from the environment, where they are not typed. `typed`: the place, "env" or
// none.
Result<std::optional<remote::Place>> place_of_environment(const std::string& typed,
                                                          std::string& device, std::string& peer,
                                                          bool& take_over) {
    XDPBENCH_TRY(const remote::TestVariables variables, remote::test_variables());
    if (typed.empty() && !variables.contains("NETIF"))
        return missing_argument("qualify", "--dev IF",
                                "the port to qualify; NETIF of the environment or net.config does "
                                "not name it either");
    XDPBENCH_TRY(const remote::TestEnvironment environment, remote::test_environment(variables));
    if (device.empty()) device = environment.device;
    if (peer.empty() && environment.remote) peer = environment.peer_address();
    // Both ports have their addresses: whoever sets these variables gives the ports to tests.
    take_over = true;
    return environment.remote;
}

}  // namespace

void add_remote_options(CLI::App& app, RemoteArguments& arguments) {
    add_option(app, "--remote", arguments.place,
               "--peer is a port of this other machine or namespace; env: ports and machine "
               "as the kernel's driver tests have them (NETIF, REMOTE_TYPE ..., net.config)")
        .type_name("ssh:HOST|netns:NAME|env")
        .group(kInterfaceGroup);
    add_option(app, "--remote-tool", arguments.tool,
               "the command there (default: xdp-bench), for example 'sudo /opt/xdp-bench'")
        .type_name("COMMAND")
        .group(kInterfaceGroup);
}

Result<void> open_remote(RemoteArguments& arguments, std::string& device, std::string& peer,
                         bool& take_over, bool fall_back) {
    std::optional<remote::Place> place;
    const bool by_environment = arguments.place == kFromEnvironment ||
                                (fall_back && arguments.place.empty() && device.empty());
    if (by_environment) {
        XDPBENCH_TRY(place, place_of_environment(arguments.place, device, peer, take_over));
        if (!place) return {};
        arguments.place = kFromEnvironment;
    } else {
        if (arguments.place.empty()) return {};
        XDPBENCH_TRY(place, remote::parse_place(arguments.place));
    }
    if (device.empty() || peer.empty())
        return input_error("--remote needs both ports",
                           "--dev IF is the port here, --peer IF that of the other machine");
    XDPBENCH_TRY(arguments.session, remote::Session::open(*place, arguments.tool));
    return {};
}

Result<void> prepare_remotely(remote::Session& session, const std::string& peer) {
    remote::Request request;
    request.command = remote::Command::set;
    request.interface = peer;
    request.prepare = true;
    XDPBENCH_TRY(const remote::Reply reply, session.ask(request));
    const std::string changed = fmt::format("{}", fmt::join(reply.changed, ", "));
    if (!changed.empty())
        print(stderr, "xdp-bench: changed at {} until the run ends: {}\n", session.place().text(),
              changed);
    for (const std::string& refused : reply.refused)
        print(stderr, "xdp-bench: at {}: {}\n", session.place().text(), refused);
    return {};
}

}  // namespace xdpbench::commands
