// Frames through a packet socket: slow, and works with every driver.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/interface.h"
#include "net/netns.h"
#include "packet/frame.h"

namespace xdpbench::traffic {

enum class Hears { nothing, everything };

// A raw socket on an interface, which is promiscuous as long as it lives. Takes nothing away from
// the stack, and hears nothing of what the interface sends. `name` is what errors call it. Needs
// CAP_NET_RAW.
Result<UniqueFd> open_packet_socket(const net::NetNs& netns, unsigned ifindex,
                                    const std::string& name, Hears hears);

// One interface's end of the wire. Takes nothing away from the stack.
class PacketSocket {
  public:
    // Sees every frame that arrives at the interface, whomever it is addressed to, as long as it
    // lives. Needs CAP_NET_RAW.
    static Result<PacketSocket> open(const net::NetNs& netns, const net::InterfaceInfo& interface);

    // Hands all frames to the interface.
    Result<void> send(const packet::Frames& frames) const;

    // The frames that arrived since the last call. Waits until nothing has come for `quiet`, 2 s at
    // most.
    Result<packet::Frames> receive(std::chrono::milliseconds quiet) const;

    // How many of the frames that arrived since the last call are one of `expected` (the padding
    // that a device adds left aside). Waits until nothing has come for 100 ms, 2 s
    // at most.
    Result<std::uint64_t> count_arrived(const packet::Frames& expected) const;

  private:
    PacketSocket(UniqueFd socket, std::string name)
        : socket_(std::move(socket)), name_(std::move(name)) {}

    UniqueFd socket_;
    std::string name_;
};

}  // namespace xdpbench::traffic
