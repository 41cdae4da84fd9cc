// A packet socket to send from at the tester's end, in this process or in the session's.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/interface.h"
#include "packet/frame.h"
#include "remote/session.h"
#include "traffic/packet_socket.h"

namespace xdpbench::traffic {

class PeerSocket {
  public:
    // No session: at an interface of this namespace.
    static Result<PeerSocket> open(const net::NetNs& netns, const net::InterfaceInfo& interface,
                                   std::shared_ptr<remote::Session> session);

    // Hands all frames to the interface.
    Result<void> send(const packet::Frames& frames) const;

  private:
    PeerSocket(std::string port, std::shared_ptr<remote::Session> session)
        : port_(std::move(port)), session_(std::move(session)) {}

    std::string port_;
    std::shared_ptr<remote::Session> session_;
    std::optional<PacketSocket> socket_;  // without a session
};

}  // namespace xdpbench::traffic
