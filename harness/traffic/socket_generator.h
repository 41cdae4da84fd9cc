// The generator for frames that no live frame holds: a packet socket, one system call a frame.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/netns.h"
#include "packet/frame.h"

namespace xdpbench::traffic {

class SocketGenerator {
  public:
    explicit SocketGenerator(packet::Frames frames) : frames_(std::move(frames)) {}
    // The same for other frames, with the socket of `before`.
    SocketGenerator(packet::Frames frames, SocketGenerator before)
        : frames_(std::move(frames)),
          socket_(std::move(before.socket_)),
          where_(std::move(before.where_)) {}

    // As those of Generator. A frame that finds the ring of the receiving end full is lost, and
    // counted as dropped by the sending interface.
    void rewind() { next_ = 0; }
    [[nodiscard]] std::uint64_t next_frame() const { return next_; }
    Result<void> send(const net::NetNs& netns, unsigned ifindex, std::uint64_t count);

  private:
    // The socket stays open from call to call: to close one takes the kernel 4 to 20 ms.
    Result<void> open(const net::NetNs& netns, unsigned ifindex);
    Result<void> send_next();

    packet::Frames frames_;
    std::uint64_t next_ = 0;
    UniqueFd socket_;
    std::string where_;  // the namespace and interface that the socket is bound to
};

}  // namespace xdpbench::traffic
