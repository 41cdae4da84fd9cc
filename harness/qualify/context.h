// What every case of a qualification may ask: the ports, and what the device declares.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/mode.h"
#include "net/interface.h"
#include "net/netdev_stats.h"
#include "net/netlink.h"
#include "net/netns.h"
#include "net/port_network.h"
#include "qualify/ruling.h"
#include "remote/session.h"

namespace xdpbench::qualify {

// The rate below which a port is too slow: of 64-byte frames a second, or a share of what the link
// carries.
struct LeastRate {
    double pps = 0;    // 0: a share is asked for
    double share = 0;  // of the line rate, for frames of each size
    std::string text;  // as typed
};

// What the command line asks for.
struct Options {
    std::string device;
    std::optional<std::string> peer;
    std::optional<LeastRate> at_least = {};
    double seconds = 1;      // of each measurement of a rate, of a round or trial of others
    bool take_over = false;  // ports that have addresses
    std::shared_ptr<remote::Session> remote = {};  // has the peer; none: it is in this namespace
    // As typed, for the command that repeats a case; empty: not typed.
    std::string duration = {};
    std::string remote_place = {};
    std::string remote_tool = {};
};

// A bit of the kernel's netdev family (enum netdev_xdp_act).
enum class Feature : std::uint64_t {
    basic = 1,
    redirect = 2,
    ndo_xmit = 4,
    xsk_zerocopy = 8,
    hw_offload = 16,
    rx_sg = 32,
    ndo_xmit_sg = 64,
};

// Megabits a second, as the driver reports now; nothing if it does not.
[[nodiscard]] std::optional<double> link_speed(const std::string& port);

class Context {
  public:
    // The ports of the caller's namespace: up, not in use, with a carrier.
    static Result<Context> create(const Options& options);

    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] const net::NetNs& netns() const { return netns_; }
    [[nodiscard]] const net::InterfaceInfo& device() const { return device_; }
    // Only cases that need a peer ask for it.
    [[nodiscard]] const net::InterfaceInfo& peer() const { return *peer_; }
    [[nodiscard]] bool has_peer() const { return peer_.has_value(); }

    // Both, for a network over them.
    [[nodiscard]] net::Ports ports() const {
        return {device_.name, peer().name, options_.take_over, options_.remote};
    }
    // The carrier of the peer is there again; returns how long it was away.
    [[nodiscard]] Result<net::CarrierWait> await_peer_carrier() const;
    // False: another machine has it, and its name and index mean nothing here.
    [[nodiscard]] bool peer_is_here() const { return network_->tester_is_here(); }
    Result<void> set_peer_mtu(int mtu) const;

    // As the kernel has it now: some drivers declare more once a program is attached.
    [[nodiscard]] Declared declares(Feature feature) const { return declares(feature, device_); }
    [[nodiscard]] Declared declares(Feature feature, const net::InterfaceInfo& port) const;
    // Of the device, before any case; nothing where the kernel does not report them.
    [[nodiscard]] const std::optional<std::vector<net::PagePool>>& first_page_pools() const {
        return first_page_pools_;
    }
    // Native where the driver has it, else generic: what cases run in that need no certain mode.
    // Tried once.
    Result<model::Mode> mode();
    [[nodiscard]] std::optional<double> link_speed() const {
        return qualify::link_speed(device_.name);
    }
    // Frames of 64 bytes a second that the generator sends over this port at most; nothing before
    // it was measured.
    [[nodiscard]] std::optional<double> generator_maximum() const { return generator_maximum_; }
    void set_generator_maximum(double pps) { generator_maximum_ = pps; }
    // Why native mode is refused; empty where it works.
    Result<std::string> native_refusal();

  private:
    Context(Options options, net::NetNs netns)
        : options_(std::move(options)), netns_(std::move(netns)) {}

    Options options_;
    net::NetNs netns_;
    net::InterfaceInfo device_;
    std::optional<net::Network> network_;  // of both ports, if there is a peer
    std::optional<net::InterfaceInfo> peer_;
    std::optional<std::string> native_refusal_;
    std::optional<double> generator_maximum_;
    std::optional<std::vector<net::PagePool>> first_page_pools_;
};

// Native mode, or the ruling that there is none: a skip, a failure where it is declared.
Result<std::optional<Ruling>> require_native(Context& context);

}  // namespace xdpbench::qualify
