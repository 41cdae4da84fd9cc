// A target's program loaded by itself, for test runs.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "base/result.h"
#include "bpf/attach.h"
#include "bpf/program.h"
#include "bpf/test_run.h"
#include "net/network.h"
#include "target/target.h"
#include "xsk/sockets.h"

namespace xdpbench::target {

// A program to be test-run, for which no traffic is sent.
struct LoneProgram {
    std::optional<net::Network> network;  // if interfaces are needed
    bpf::Program program;
    // Where the scenario has a network: its frames come in by dut0, as those of a replay do, and
    // the program is attached there meanwhile (the kernel asks for that).
    std::optional<bpf::XdpLink> ingress = std::nullopt;
    // In its XSKMAPs, on dut0: a redirect to an empty entry is none.
    std::unique_ptr<xsk::Sockets> sockets = nullptr;

    // The kernel does not test-run it: its frames are sent to it, through the network.
    [[nodiscard]] bool is_sent() const;
    // What its runs are given, in the namespace that enter() enters.
    [[nodiscard]] bpf::TestRunContext context() const;
    // The calling thread is in the program's namespace as long as what is returned lives; nothing
    // is entered where there is no network.
    [[nodiscard]] Result<std::optional<net::InNetNs>> enter() const;
};
// Whether the XSKMAPs of a lone program get sockets: its runs need them, its description does not.
enum class LoneSockets { wanted, none };
// With `rx_queues` there are interfaces, with so many receive queues each, even if the
// configuration names none. Unavailable if sockets are wanted and cannot be had.
Result<LoneProgram> load_alone(const Target& target, const scenario::Configuration& extra = {},
                               std::size_t rx_queues = 0,
                               LoneSockets sockets = LoneSockets::wanted);

}  // namespace xdpbench::target
