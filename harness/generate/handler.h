// Carries out the requests of `generate`, one after the other. What it holds in the kernel and has
// changed is gone or put back with it.
#pragma once

#include "base/result.h"
#include "generate/listeners.h"
#include "generate/settings.h"
#include "generate/traffic_source.h"
#include "net/netns.h"
#include "remote/protocol.h"

namespace xdpbench::generate {

class Handler {
  public:
    // Over the ports of this namespace, which outlives the handler.
    explicit Handler(const net::NetNs& netns) : netns_(&netns), settings_(netns) {}

    // The reply; an error is part of it.
    [[nodiscard]] remote::Reply handle(const remote::Request& request);

  private:
    Result<void> carry_out(const remote::Request& request, remote::Reply& reply);
    Result<void> at_port(const net::InterfaceInfo& port, const remote::Request& request,
                         remote::Reply& reply);
    // By name, alternative name or address.
    Result<net::InterfaceInfo> find_port(const std::string& asked_for) const;
    Result<void> describe(const net::InterfaceInfo& port, remote::Reply& reply) const;
    Result<void> claim(const net::InterfaceInfo& port, const remote::Request& request,
                       remote::Reply& reply) const;

    const net::NetNs* netns_;
    Settings settings_;
    TrafficSource traffic_;
    Listeners listeners_;
};

}  // namespace xdpbench::generate
