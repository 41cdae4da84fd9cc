// The ports at which `generate` counts and keeps what arrives.
#pragma once

#include <map>
#include <memory>

#include "base/result.h"
#include "bpf/attach.h"
#include "net/interface.h"
#include "net/netns.h"
#include "remote/protocol.h"
#include "traffic/sink.h"

namespace xdpbench::generate {

class Listeners {
  public:
    // Begins to count at the port, or begins again.
    Result<void> listen(const net::NetNs& netns, const net::InterfaceInfo& port,
                        const remote::Request& request);
    // Adds to the reply what arrived there; an input error if nobody listens.
    Result<void> count(const net::InterfaceInfo& port, remote::Reply& reply) const;
    // The same, and the frames that were kept, as many as one line carries.
    Result<void> captured(const net::InterfaceInfo& port, const remote::Request& request,
                          remote::Reply& reply) const;
    Result<void> end(const net::InterfaceInfo& port, remote::Reply& reply);

  private:
    struct Listener {
        std::unique_ptr<bpf::XdpLink> open;  // see listeners.cpp
        traffic::Sink sink;
        std::uint32_t limit = 0;  // frames that it keeps
    };
    Result<const Listener*> at(const net::InterfaceInfo& port) const;

    std::map<unsigned, Listener> listeners_;  // by the index of the interface
};

}  // namespace xdpbench::generate
