#include "commands/prepare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "commands/options.h"
#include "net/interface.h"
#include "net/netns.h"
#include "probe/privileges.h"

namespace xdpbench::commands {
namespace {

std::string listed(const std::vector<net::PortState>& settings,
                   std::string (*text)(const net::PortState&)) {
    std::vector<std::string> texts;
    texts.reserve(settings.size());
    for (const net::PortState& setting : settings) texts.push_back(text(setting));
    return fmt::format("{}", fmt::join(texts, ", "));
}

void say_what_is_left(const std::vector<net::LeftSettings>& left) {
    for (const net::LeftSettings& one : left) {
        print(stderr,
              "xdp-bench: a run that was killed left these settings changed: {}\n"
              "  to do:  xdp-bench restore\n",
              left_text(one));
    }
}

Result<std::vector<std::string>> ports_of(const PortArguments& arguments) {
    if (arguments.device.empty())
        return input_error("--prepare without --dev: there is no port to prepare",
                           "name the port: --dev IF --peer IF");
    std::vector<std::string> ports{arguments.device};
    if (!arguments.peer.empty() && !arguments.remote.session) ports.push_back(arguments.peer);
    for (const std::string& port : {arguments.out, arguments.out_peer})
        if (!port.empty()) ports.push_back(port);
    XDPBENCH_TRY(const net::NetNs netns, net::NetNs::current());
    for (const std::string& port : ports) XDPBENCH_CHECK(net::query_interface(netns, port));
    return ports;
}

}  // namespace

std::string left_text(const net::LeftSettings& left) { return listed(left.were, net::state_text); }

Result<void> restore_all(const std::vector<net::LeftSettings>& left) {
    Result<void> all;
    for (auto one = left.rbegin(); one != left.rend(); ++one) {
        Result<void> done = net::restore_left(*one);
        if (done) {
            print(stderr, "xdp-bench: restored what a killed run had left changed: {}\n",
                  left_text(*one));
        } else if (all) {
            all = std::move(done);
        }
    }
    return all;
}

Result<std::optional<net::PreparedPorts>> prepare(const PortArguments& arguments) {
    const std::vector<net::LeftSettings> left =
        arguments.device.empty() ? std::vector<net::LeftSettings>() : net::left_settings();
    if (!arguments.prepare) {
        say_what_is_left(left);
        return std::optional<net::PreparedPorts>();
    }
    XDPBENCH_TRY(const std::vector<std::string> ports, ports_of(arguments));
    XDPBENCH_TRY(net::PreparedPorts prepared, prepare_ports(ports));
    if (arguments.remote.session)
        XDPBENCH_CHECK(prepare_remotely(*arguments.remote.session, arguments.peer));
    return std::optional<net::PreparedPorts>(std::move(prepared));
}

Result<net::PreparedPorts> prepare_ports(const std::vector<std::string>& ports) {
    XDPBENCH_CHECK(probe::require_privileges());
    XDPBENCH_CHECK(restore_all(net::left_settings()));
    XDPBENCH_TRY(const net::NetNs netns, net::NetNs::current());
    XDPBENCH_TRY(net::PreparedPorts prepared, net::PreparedPorts::prepare(netns, ports));
    if (!prepared.changed().empty())
        print(stderr, "xdp-bench: changed until the run ends: {}\n",
              listed(prepared.changed(), net::setting_text));
    for (const Error& error : prepared.refused()) print(stderr, "xdp-bench: {}\n", error.text());
    return prepared;
}

}  // namespace xdpbench::commands
