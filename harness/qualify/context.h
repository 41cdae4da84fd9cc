// What every case of a qualification may ask: the ports, and what the device declares.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "model/mode.h"
#include "net/interface.h"
#include "net/netlink.h"
#include "net/netns.h"
#include "qualify/ruling.h"

namespace xdpbench::qualify {

// What the command line asks for.
struct Options {
    std::string device;
    std::optional<std::string> peer;
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

    // As the kernel has it now: some drivers declare more once a program is attached.
    [[nodiscard]] Declared declares(Feature feature) const;
    // Native where the driver has it, else generic: what cases run in that need no certain mode.
    // Tried once.
    Result<model::Mode> mode();
    // Why native mode is refused; empty where it works.
    Result<std::string> native_refusal();

  private:
    Context(Options options, net::NetNs netns)
        : options_(std::move(options)), netns_(std::move(netns)) {}

    Options options_;
    net::NetNs netns_;
    net::InterfaceInfo device_;
    std::optional<net::InterfaceInfo> peer_;
    std::optional<std::string> native_refusal_;
};

// Native mode, or the ruling that there is none: a skip, a failure where it is declared.
Result<std::optional<Ruling>> require_native(Context& context);

}  // namespace xdpbench::qualify
