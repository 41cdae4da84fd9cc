#include "traffic/socket_generator.h"

#include <fmt/format.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/interrupt.h"
#include "base/text.h"

namespace xdpbench::traffic {

Result<void> SocketGenerator::open(const net::NetNs& netns, unsigned ifindex) {
    const std::string where = fmt::format("{} {}", netns.path(), ifindex);
    if (where == where_) return {};
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    UniqueFd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    sockaddr_ll address = {};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = static_cast<int>(ifindex);
    if (!socket.valid() ||
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        return system_error(fmt::format("cannot open a packet socket on interface {}", ifindex),
                            errno);
    socket_ = std::move(socket);
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
