#include "net/netns.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace xdpbench::net {
namespace {

Result<UniqueFd> open_own_namespace() {
    UniqueFd fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) {
        return system_error(
            "cannot open this thread's network namespace (/proc/thread-self/ns/net)", errno,
            "/proc is not mounted");
    }
    return fd;
}

// Staying in a foreign namespace unnoticed could send traffic where it must never go.
void return_or_abort(int home) {
    if (::setns(home, CLONE_NEWNET) == 0) return;
    fmt::print(stderr, "xdp-bench: cannot return to the home network namespace: {}\n",
               errno_text(errno));
    std::abort();
}

Result<UniqueFd> open_control_socket() {
    UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket.valid()) return system_error("cannot open a socket for interface ioctls", errno);
    return socket;
}

}  // namespace

Result<NetNs> NetNs::create() {
    XDPBENCH_TRY(const UniqueFd home, open_own_namespace());
    // In a user namespace of its own (unshare -Ur, a rootless container) a thread can leave for a
    // new namespace but not come back: entering the one it is in shows that before it is too late.
    if (::setns(home.get(), CLONE_NEWNET) != 0) {
        return unavailable_error(
            "cannot use network namespaces: entering this thread's own: " + errno_text(errno),
            "CAP_SYS_ADMIN is missing in the user namespace that owns it", "run as root (sudo)");
    }
    if (::unshare(CLONE_NEWNET) != 0) {
        const int number = errno;
        Error error = system_error("cannot create a network namespace", number);
        if (number == EPERM) {
            error.kind = ErrorKind::unavailable;
            error.cause = "CAP_SYS_ADMIN is missing";
            error.advice = "run as root (sudo)";
        } else if (number == ENOSPC) {
            error.cause = "the limit /proc/sys/user/max_net_namespaces is reached";
        }
        return error;
    }
    Result<UniqueFd> fd = open_own_namespace();
    Result<UniqueFd> socket = open_control_socket();
    return_or_abort(home.get());
    if (!fd) return std::move(fd).error();
    if (!socket) return std::move(socket).error();
    return NetNs(std::move(*fd), std::move(*socket));
}

Result<NetNs> NetNs::current() {
    XDPBENCH_TRY(UniqueFd fd, open_own_namespace());
    XDPBENCH_TRY(UniqueFd socket, open_control_socket());
    return NetNs(std::move(fd), std::move(socket));
}

std::string NetNs::path() const { return fmt::format("/proc/{}/fd/{}", ::getpid(), fd_.get()); }

Result<InNetNs> InNetNs::enter(const NetNs& netns) {
    XDPBENCH_TRY(UniqueFd home, open_own_namespace());
    if (::setns(netns.fd(), CLONE_NEWNET) != 0)
        return system_error("cannot enter a network namespace", errno);
    return InNetNs(std::move(home));
}

InNetNs::~InNetNs() {
    if (home_.valid()) return_or_abort(home_.get());
}

}  // namespace xdpbench::net
