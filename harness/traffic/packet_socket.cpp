#include "traffic/packet_socket.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

#include "base/interrupt.h"

namespace xdpbench::traffic {
namespace {

constexpr auto kQuiet = std::chrono::milliseconds(100);
constexpr auto kPatience = std::chrono::seconds(2);  // with an interface that is never quiet
constexpr std::size_t kLongestFrame = 1 << 16;

bool is_one_of(std::span<const std::uint8_t> arrived, const packet::Frames& expected) {
    return std::any_of(expected.begin(), expected.end(), [&](const packet::Frame& frame) {
        return arrived.size() >= frame.bytes.size() &&
               std::equal(frame.bytes.begin(), frame.bytes.end(), arrived.begin());
    });
}

}  // namespace

Result<UniqueFd> open_packet_socket(const net::NetNs& netns, unsigned ifindex,
                                    const std::string& name, Hears hears) {
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    UniqueFd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    sockaddr_ll address = {};
    address.sll_family = AF_PACKET;
    address.sll_protocol = hears == Hears::everything ? htons(ETH_P_ALL) : 0;
    address.sll_ifindex = static_cast<int>(ifindex);
    packet_mreq promiscuous = {};
    promiscuous.mr_ifindex = static_cast<int>(ifindex);
    promiscuous.mr_type = PACKET_MR_PROMISC;
    const int on = 1;
    const bool opened =
        socket.valid() &&
        ::setsockopt(socket.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) == 0 &&
        ::setsockopt(socket.get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous,
                     sizeof(promiscuous)) == 0 &&
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    if (!opened) {
        return system_error(fmt::format("cannot open a packet socket on {}", name), errno,
                            errno == ENETDOWN ? "the interface is down" : "");
    }
    return socket;
}

Result<PacketSocket> PacketSocket::open(const net::NetNs& netns,
                                        const net::InterfaceInfo& interface) {
    XDPBENCH_TRY(UniqueFd socket,
                 open_packet_socket(netns, interface.index, interface.name, Hears::everything));
    return PacketSocket(std::move(socket), interface.name);
}

Result<void> PacketSocket::send(const packet::Frames& frames) const {
    for (const packet::Frame& frame : frames) {
        if (::send(socket_.get(), frame.bytes.data(), frame.bytes.size(), 0) >= 0) continue;
        const int number = errno;
        return system_error(
            fmt::format("cannot send a frame of {} bytes over {}", frame.bytes.size(), name_),
            number, number == ENETDOWN ? "the interface is down" : "",
            number == ENETDOWN ? fmt::format("ip link set {} up", name_) : "");
    }
    return {};
}

Result<packet::Frames> PacketSocket::receive(std::chrono::milliseconds quiet) const {
    std::vector<std::uint8_t> buffer(kLongestFrame);
    packet::Frames frames;
    pollfd waiting{socket_.get(), POLLIN, 0};
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (::poll(&waiting, 1, static_cast<int>(quiet.count())) > 0 &&
           std::chrono::steady_clock::now() < end) {
        if (interrupted()) return interrupted_error();
        const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (size < 0)
            return system_error(fmt::format("cannot receive what arrives at {}", name_), errno);
        frames.push_back(packet::Frame{{buffer.begin(), buffer.begin() + size}, 0});
    }
    return frames;
}

Result<std::uint64_t> PacketSocket::count_arrived(const packet::Frames& expected) const {
    XDPBENCH_TRY(const packet::Frames arrived, receive(kQuiet));
    return static_cast<std::uint64_t>(std::count_if(
        arrived.begin(), arrived.end(),
        [&](const packet::Frame& frame) { return is_one_of(frame.bytes, expected); }));
}

}  // namespace xdpbench::traffic
