#include "commands/prepare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "base/print.h"
#include "commands/remote_side.h"
#include "net/netns.h"
#include "net/port_network.h"

namespace xdpbench::commands {
namespace {

std::string listed(const std::vector<net::PortState>& settings,
                   std::string (*text)(const net::PortState&)) {
    std::vector<std::string> texts;
    texts.reserve(settings.size());
    for (const net::PortState& setting : settings) texts.push_back(text(setting));
    return fmt::format("{}", fmt::join(texts, ", "));
}

// Ports and their settings are as these modes need them. A device that executes programs is asked
// when it gets one.
Result<void> require_usable(net::Ports& ends, const std::vector<model::Mode>& modes) {
    for (const model::Mode mode : modes) {
        if (mode == model::Mode::offload) continue;
        XDPBENCH_TRY(const net::Network network, net::join_ports(ends, mode, 0));
        if (ends.remote) ends.peer = network.links.front().tester.name;
    }
    return {};
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

void say_what_is_left() {
    for (const net::LeftSettings& one : net::left_settings()) {
        print(stderr,
              "xdp-bench: a run that was killed left these settings changed: {}\n"
              "  to do:  xdp-bench restore\n",
              left_text(one));
    }
}

Result<void> claim(bool prepares, std::optional<net::Ports>& ends,
                   const std::vector<model::Mode>& modes) {
    if (!ends) return {};
    if (!prepares) return require_usable(*ends, modes);
    XDPBENCH_CHECK(restore_all(net::left_settings()));
    return net::claim_ports(*ends);
}

Result<std::optional<net::PreparedPorts>> prepare(bool prepares, std::optional<net::Ports>& ends,
                                                  const std::vector<model::Mode>& modes) {
    if (!prepares || !ends) return std::optional<net::PreparedPorts>();
    XDPBENCH_TRY(net::PreparedPorts prepared, prepare_ports(*ends));
    XDPBENCH_CHECK(require_usable(*ends, modes));
    return std::optional(std::move(prepared));
}

Result<net::PreparedPorts> prepare_ports(const net::Ports& ends) {
    std::vector<std::string> ports{ends.device, ends.remote ? "" : ends.peer, ends.out,
                                   ends.out_peer};
    std::erase(ports, "");
    XDPBENCH_TRY(const net::NetNs netns, net::NetNs::current());
    XDPBENCH_TRY(net::PreparedPorts prepared, net::PreparedPorts::prepare(netns, ports));
    if (!prepared.changed().empty())
        print(stderr, "xdp-bench: changed until the run ends: {}\n",
              listed(prepared.changed(), net::setting_text));
    for (const Error& error : prepared.refused()) print(stderr, "xdp-bench: {}\n", error.text());
    if (ends.remote) XDPBENCH_CHECK(prepare_remotely(*ends.remote, ends.peer));
    return prepared;
}

}  // namespace xdpbench::commands
