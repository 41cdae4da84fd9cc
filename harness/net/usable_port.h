// Real interfaces that may be used: they are up, cabled and nobody else's.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/network.h"

namespace xdpbench::net {

// Interfaces of the caller's network namespace; the peer may be elsewhere.
struct Ports {
    std::string device;      // gets the program
    std::string peer;        // what is sent over it arrives at the device; empty: others send
    bool take_over = false;  // also interfaces with addresses or routes
    // Has the peer, where that is a port of another machine or namespace.
    std::shared_ptr<remote::Session> remote = {};
    std::string out = {};       // what is redirected leaves by this one; empty: by the device
    std::string out_peer = {};  // and arrives at this one; empty: nobody here has it
};

using CarrierWait = std::chrono::milliseconds;

// A port that may be used, and how long its carrier was away.
struct UsablePort {
    InterfaceInfo interface;
    CarrierWait carrier_wait{0};
};
// Refuses, with the command that helps, interfaces that are in use (addresses, routes, a bridge or
// bond above them, XDP), that are down or not cabled, or whose MTU is too small for frames of
// `longest_frame` bytes (with Ethernet header). `option` named it: "--dev".
Result<UsablePort> claim_port(const NetNs& netns, const std::string& name, bool take_over,
                              std::size_t longest_frame, const char* option);

// Without link-local ones: "192.0.2.1".
Result<std::vector<std::string>> addresses_of(const NetNs& netns, const std::string& name);
// The interface that has this address; nothing if there is none.
Result<std::optional<std::string>> interface_with(const NetNs& netns, const std::string& address);

inline constexpr std::chrono::seconds kCarrierPatience{15};  // a link is negotiated within a few

// A driver may reset the link when a native program is attached or detached: returns when the
// carrier is there again, and how long that took; 0 if it was there. Unavailable after `limit`.
Result<CarrierWait> await_carrier(const NetNs& netns, const InterfaceInfo& interface,
                                  std::chrono::milliseconds limit = kCarrierPatience);

// XDP is in use on the interface, in whatever mode: it is not touched.
Result<void> require_no_xdp(const NetNs& netns, const InterfaceInfo& interface);

// A driver that declares what it can (kernel 6.3), and not that it sends redirected frames, is the
// way out of neither the generator nor a native program that redirects. Some declare it only while
// they have a native program. `advice`: what to do then.
Result<void> require_sends_redirected(const NetNs& netns, const InterfaceInfo& interface,
                                      const char* advice);

// The two halves of claim_port(): all but the carrier, and the carrier.
Result<InterfaceInfo> usable_interface(const NetNs& netns, const std::string& name, bool take_over,
                                       std::size_t longest_frame, const char* option);
// A port that is down is refused at once. `limit` is for tests.
Result<CarrierWait> require_cabled(const NetNs& netns, const InterfaceInfo& interface,
                                   std::chrono::milliseconds limit = kCarrierPatience);
// What to do about a port without a carrier.
[[nodiscard]] std::string carrier_advice(const std::string& name);

}  // namespace xdpbench::net
