// Network namespaces without a name: kept only by a file descriptor, so that the kernel removes
// them, with the interfaces and the attached programs in them, when this process ends, however it
// ends.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace xdpbench::net {

class NetNs {
  public:
    // A new, empty namespace. The calling thread stays where it is. Needs CAP_SYS_ADMIN.
    static Result<NetNs> create();
    // The one that the calling thread is in.
    static Result<NetNs> current();

    // The one that a path leads to: "/run/netns/NAME", "/proc/PID/ns/net".
    static Result<NetNs> open(const std::string& path);

    // The same namespace, kept by descriptors of its own.
    [[nodiscard]] Result<NetNs> duplicate() const;

    [[nodiscard]] int fd() const { return fd_.get(); }
    // A path that iproute2 takes where it takes a namespace; right for every process of this
    // machine.
    [[nodiscard]] std::string path() const;
    // Of this namespace alone until the next restart, unlike its inode, which the kernel gives to a
    // later one. 0: the kernel does not tell (before 5.14).
    [[nodiscard]] std::uint64_t cookie() const;
    // A datagram socket inside the namespace, for ioctls on its interfaces.
    [[nodiscard]] int control_socket() const { return socket_.get(); }

  private:
    NetNs(UniqueFd fd, UniqueFd socket) : fd_(std::move(fd)), socket_(std::move(socket)) {}

    UniqueFd fd_;
    UniqueFd socket_;
};

// The calling thread is in a namespace as long as this lives, and back where it was afterwards.
class InNetNs {
  public:
    static Result<InNetNs> enter(const NetNs& netns);

    InNetNs(InNetNs&&) noexcept = default;
    InNetNs& operator=(InNetNs&&) = delete;
    InNetNs(const InNetNs&) = delete;
    InNetNs& operator=(const InNetNs&) = delete;
    ~InNetNs();

  private:
    explicit InNetNs(UniqueFd home) : home_(std::move(home)) {}

    UniqueFd home_;
};

}  // namespace xdpbench::net
