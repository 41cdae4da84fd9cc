#include "traffic/peer_socket.h"

#include <fmt/format.h>

#include <utility>

namespace xdpbench::traffic {

Result<PeerSocket> PeerSocket::open(const net::NetNs& netns, const net::InterfaceInfo& interface,
                                    std::shared_ptr<remote::Session> session) {
    PeerSocket peer(interface.name, std::move(session));
    if (peer.session_) return peer;
    XDPBENCH_TRY(PacketSocket socket, PacketSocket::open(netns, interface));
    peer.socket_.emplace(std::move(socket));
    return peer;
}

Result<void> PeerSocket::send(const packet::Frames& frames) const {
    if (socket_) return socket_->send(frames);
    remote::Request request;
    request.command = remote::Command::send;
    request.interface = port_;
    request.through = remote::Through::socket;
    request.traffic = frames;
    XDPBENCH_TRY(const remote::Reply reply, session_->ask(request));
    if (reply.sent && reply.sent->frames == frames.size()) return {};
    return Error{
        ErrorKind::system,
        fmt::format("{} did not send all of {} frames", session_->place().text(), frames.size()),
        {},
        {}};
}

}  // namespace xdpbench::traffic
