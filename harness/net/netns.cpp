#include "net/netns.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

namespace xdpbench::net {
namespace {

// The number of this process in /proc; "" where that is not known.
std::string number_in_proc() {
    std::error_code unknown;
    return std::filesystem::read_symlink("/proc/self", unknown).string();
}

Result<UniqueFd> open_own_namespace() {
    UniqueFd fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    if (fd.valid()) {
        if (number_in_proc() == std::to_string(::getpid())) return fd;
        // Under our number there is another process, and its namespaces.
        return unavailable_error("/proc is that of another PID namespace",
                                 "this PID namespace was made without a /proc of its own",
                                 "mount it: mount -t proc proc /proc (unshare --mount-proc)");
    }
    const int number = errno;
    Error error = system_error(
        "cannot open this thread's network namespace (/proc/thread-self/ns/net)", number);
    if (number != ENOENT) return error;
    error.kind = ErrorKind::unavailable;
    error.cause = "/proc is not mounted";
    error.advice = "mount it: mount -t proc proc /proc";
    return error;
}

// Staying in a foreign namespace unnoticed could send traffic where it must never go: where the
// kernel refuses to let the thread return, for want of memory say, it is asked again for a while,
// and then the process ends. Nothing is left behind then either.
void return_home(int home) {
    constexpr int kTimes = 50;
    constexpr std::chrono::milliseconds kPause{10};
    for (int i = 0; i < kTimes; ++i) {
        if (::setns(home, CLONE_NEWNET) == 0) return;
        std::this_thread::sleep_for(kPause);
    }
    fmt::print(stderr, "xdp-bench: cannot return to the home network namespace (setns): {}\n",
               errno_text(errno));
    constexpr int kSystemError = 2;  // the exit code of ErrorKind::system
    std::_Exit(kSystemError);
}

Error cannot_enter_own(int number) {
    constexpr std::string_view kOperation =
        "cannot use network namespaces: entering this thread's own";
    if (number != EPERM) return system_error(kOperation, number);
    return unavailable_error(fmt::format("{}: {}", kOperation, errno_text(number)),
                             "CAP_SYS_ADMIN is missing in the user namespace that owns it",
                             "run as root (sudo)");
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
    if (::setns(home.get(), CLONE_NEWNET) != 0) return cannot_enter_own(errno);
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
    return_home(home.get());
    if (!fd) return std::move(fd).error();
    if (!socket) return std::move(socket).error();
    return NetNs(std::move(*fd), std::move(*socket));
}

Result<NetNs> NetNs::current() {
    XDPBENCH_TRY(UniqueFd fd, open_own_namespace());
    XDPBENCH_TRY(UniqueFd socket, open_control_socket());
    return NetNs(std::move(fd), std::move(socket));
}

Result<NetNs> NetNs::open(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid())
        return system_error(fmt::format("cannot open the network namespace {}", path), errno);
    XDPBENCH_TRY(const UniqueFd home, open_own_namespace());
    if (::setns(fd.get(), CLONE_NEWNET) != 0)
        return system_error(fmt::format("cannot enter the network namespace {}", path), errno);
    Result<UniqueFd> socket = open_control_socket();
    return_home(home.get());
    if (!socket) return std::move(socket).error();
    return NetNs(std::move(fd), std::move(*socket));
}

std::uint64_t NetNs::cookie() const {
#ifndef SO_NETNS_COOKIE
    constexpr int SO_NETNS_COOKIE = 71;
#endif
    std::uint64_t cookie = 0;
    socklen_t size = sizeof(cookie);
    const int done = ::getsockopt(socket_.get(), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size);
    return done == 0 ? cookie : 0;
}

Result<NetNs> NetNs::duplicate() const {
    UniqueFd fd(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0));
    UniqueFd socket(::fcntl(socket_.get(), F_DUPFD_CLOEXEC, 0));
    if (!fd.valid() || !socket.valid())
        return system_error("cannot keep a network namespace", errno);
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
    if (home_.valid()) return_home(home_.get());
}

}  // namespace xdpbench::net
