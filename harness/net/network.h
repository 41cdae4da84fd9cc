// The network that an experiment runs in: interfaces in anonymous namespaces, gone with the
// process.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/mode.h"
#include "model/sender.h"
#include "net/interface.h"
#include "net/netns.h"
#include "scenario/interfaces.h"

namespace xdpbench::remote {
class Session;
}

namespace xdpbench::net {

// Where frames end that the program under test redirects to another interface.
struct FarEnd {
    InterfaceInfo out;   // on the DUT side: the interface to redirect to
    InterfaceInfo sink;  // its other end, in Network::sink
    // False: of a real port nobody here has the other end. What left by `out` is counted there.
    bool readable = true;
};

// A cable from the tester to the program under test and, in a chain, one from there on.
struct Link {
    InterfaceInfo tester;
    InterfaceInfo dut;
    std::optional<FarEnd> far;
    // How long ports had no carrier when they were joined: the program of the run before may have
    // been detached a moment ago, which resets the link of some drivers.
    std::chrono::milliseconds carrier_wait{0};
};

using model::Sender;

// Bytes of the longest live frame, without FCS: what is left of a page behind headroom and
// skb_shared_info (xdp_test_run_init_page in net/bpf/test_run.c).
inline constexpr std::size_t kLongestLiveFrame = 3368;
// Bytes of the longest frame that is sent at all: the jumbo frame of usual switches. A program
// without xdp.frags takes up to about 3,500 in native mode.
inline constexpr std::size_t kLongestFrame = 9216;
// What sends traffic whose longest frame has so many bytes.
[[nodiscard]] constexpr Sender sender_of(std::size_t longest) {
    return longest <= kLongestLiveFrame ? Sender::live_frames : Sender::packet_socket;
}
// Bytes of the longest frame of a lan, whose hosts have the default MTU.
inline constexpr std::size_t kLongestLanFrame = 1514;

// A host of a lan, with a stack of its own.
struct Host {
    NetNs netns;
    InterfaceInfo interface;    // lan0, where a program may be attached
    InterfaceInfo bridge_port;  // the other end of its cable, in Network::bridge
};

// pair:   tester0 - dut0
// chain:  tester0 - dut0, out0 - sink0
// ports:  the port --peer and the port --dev, which are there already, and the port --out if named
// lan:    hosts on a bridge; the client is the tester, the host `dut` has the program
//
// What leaves the tester's end arrives at the DUT's, where the program under test is attached, and
// what that program transmits comes back; what it redirects to out0 arrives at sink0. Several links
// are several of these side by side: tester1 - dut1 and so on.
struct Network {
    model::NetworkKind kind = model::NetworkKind::pair;
    NetNs tester;
    NetNs dut;
    std::vector<Link> links;    // of a lan: the client and the DUT
    std::optional<NetNs> sink;  // of a chain, and of ports whose far end is here
    // An interface on the tester side that no frame ever uses; ports and a lan have none. A program
    // attached there natively stays in the kernel's XDP dispatcher, and so BPF_PROG_TEST_RUN of it
    // need not wait for RCU (4 to 20 ms a call; bpf_prog_change_xdp in net/bpf/test_run.c).
    InterfaceInfo parking;
    std::optional<NetNs> bridge;  // of a lan
    std::vector<Host> hosts;      // of a lan, in the order of the addresses
    // Of ports: who has the tester's end, if this process has not. Then the index of the tester's
    // interface is that of another machine or namespace, and only the session sends and counts
    // there; `tester` is the caller's namespace.
    std::shared_ptr<remote::Session> remote = {};

    // A pair or a chain, by `kind`: `link_count` links of veth pairs with the default MAC addresses
    // of the fixtures, up, with IPv6 silent and NAPI on where frames arrive for the program. The
    // MTU fits frames of `longest_frame` bytes (with Ethernet header), and is at least 1500. Each
    // interface has `queues` queues, all in use: a frame takes the one whose number is that of the
    // sending CPU modulo their number.
    static Result<Network> create(std::size_t link_count, std::size_t longest_frame,
                                  model::NetworkKind kind = model::NetworkKind::pair,
                                  std::size_t queues = 1);

    // This process sends and counts at the tester's end itself.
    [[nodiscard]] bool tester_is_here() const { return remote == nullptr; }

    // Redirected frames arrive at an end of their own that can be read.
    [[nodiscard]] bool has_far_end() const { return sink.has_value(); }

    // Bytes of the longest frame, without FCS, that `sender` can send through every link.
    [[nodiscard]] std::size_t longest_frame(Sender sender) const;

    // Index by name of the interfaces on the program's side of a link. The names are those of the
    // first link (dut0, out0), so that one configuration fits all links. Ports have a far end only
    // with a third port; else out0 is the device itself, and what is redirected to it comes back.
    [[nodiscard]] scenario::InterfaceIndexes interfaces(std::size_t link = 0) const;
    // The names alone, before there is one.
    [[nodiscard]] static std::vector<std::string> interface_names(model::NetworkKind kind);

    // Gives the namespaces names (`ip netns attach`), so that they outlive this process; the
    // names begin with `prefix`. Returns the names: tester, dut, and sink if there is one.
    [[nodiscard]] Result<std::vector<std::string>> keep(const std::string& prefix) const;
};

}  // namespace xdpbench::net
