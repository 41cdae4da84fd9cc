#include "traffic/socket_generator.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/interrupt.h"
#include "base/text.h"
#include "traffic/packet_socket.h"

namespace xdpbench::traffic {

Result<void> SocketGenerator::open(const net::NetNs& netns, unsigned ifindex) {
    const std::string where = fmt::format("{} {}", netns.path(), ifindex);
    if (where == where_) return {};
    XDPBENCH_TRY(socket_, open_packet_socket(netns, ifindex, fmt::format("interface {}", ifindex),
                                             Hears::nothing));
    where_ = where;
    return {};
}

Result<void> SocketGenerator::send_next() {
    const std::vector<std::uint8_t>& bytes = frames_[next_].bytes;
    while (::send(socket_.get(), bytes.data(), bytes.size(), 0) < 0) {
        const int number = errno;
        if (interrupted()) return interrupted_error();
        if (number == EINTR) continue;
        if (number == ENOBUFS) break;  // the ring is full: the interface has counted the loss
        return system_error(fmt::format("cannot send frame {} of {} by a packet socket", next_,
                                        counted(bytes.size(), "byte")),
                            number,
                            number == EMSGSIZE ? "it is longer than the interface's MTU" : "");
    }
    next_ = (next_ + 1) % frames_.size();
    return {};
}

Result<void> SocketGenerator::send(const net::NetNs& netns, unsigned ifindex, std::uint64_t count) {
    XDPBENCH_CHECK(open(netns, ifindex));
    for (; count > 0; --count) {
        if (interrupted()) return interrupted_error();
        XDPBENCH_CHECK(send_next());
    }
    return {};
}

}  // namespace xdpbench::traffic
