#include "tap.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/ethtool.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <utility>

namespace xdpbench::faulty_card {
namespace {

// struct virtio_net_hdr (virtio 1.2, 5.1.6), in front of each frame: <linux/virtio_net.h> is not
// C++.
struct OffloadHeader {
    std::uint8_t flags = 0;
    std::uint8_t gso_type = 0;
    std::array<std::uint16_t, 4> lengths = {};
};

constexpr std::size_t kPage = 4096;
constexpr std::size_t kLargestFrame = 65550;
constexpr int kQueue = 20'000;  // frames; what a tool offers at once must wait here, not get lost

ifreq request_for(const std::string& name) {
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    return request;
}

Result<void> control(int descriptor, unsigned long code, ifreq& request, const char* what) {
    if (::ioctl(descriptor, code, &request) == 0) return {};
    return system_error(fmt::format("cannot {} {}", what, request.ifr_name), errno,
                        errno == EPERM ? "this needs CAP_NET_ADMIN" : "");
}

Result<void> set_up(const std::string& name) {
    const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket.valid()) return system_error("cannot open a socket", errno);
    std::ofstream("/proc/sys/net/ipv6/conf/" + name + "/disable_ipv6") << 1;
    ifreq request = request_for(name);
    request.ifr_qlen = kQueue;
    XDPBENCH_CHECK(control(socket.get(), SIOCSIFTXQLEN, request, "set the queue length of"));
    ethtool_value off{ETHTOOL_SGRO, 0};
    request = request_for(name);
    request.ifr_data = reinterpret_cast<char*>(&off);  // NOLINT: the interface of ethtool(2)
    XDPBENCH_CHECK(control(socket.get(), SIOCETHTOOL, request, "switch off GRO on"));
    request = request_for(name);
    request.ifr_flags = IFF_UP;
    return control(socket.get(), SIOCSIFFLAGS, request, "bring up");
}

}  // namespace

Result<Tap> Tap::open(const std::string& name) {
    UniqueFd fd(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (!fd.valid()) {
        return system_error("cannot open /dev/net/tun", errno,
                            errno == ENOENT ? "this kernel has no tun driver" : "");
    }
    ifreq request = request_for(name);
    request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
    XDPBENCH_CHECK(control(fd.get(), TUNSETIFF, request, "make the tap"));
    XDPBENCH_CHECK(set_up(name));
    void* page = ::mmap(nullptr, kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return system_error("cannot map a page", errno);
    return Tap(std::move(fd), std::unique_ptr<void, Unmap>(page));
}

void Unmap::operator()(void* page) const { ::munmap(page, kPage); }

Tap::Tap(UniqueFd fd, std::unique_ptr<void, Unmap> unreadable)
    : fd_(std::move(fd)), buffer_(kLargestFrame), unreadable_(std::move(unreadable)) {}

std::optional<Frame> Tap::read() {
    OffloadHeader header{};
    const std::array<iovec, 2> parts = {iovec{&header, sizeof header},
                                        iovec{buffer_.data(), buffer_.size()}};
    const ssize_t size = ::readv(fd_.get(), parts.data(), parts.size());
    if (size < static_cast<ssize_t>(sizeof header)) return std::nullopt;
    return Frame(buffer_.begin(), buffer_.begin() + size - ssize_t{sizeof header});
}

bool Tap::write(const Frame& frame) {
    OffloadHeader header{};
    auto* bytes = const_cast<std::uint8_t*>(frame.data());  // NOLINT: writev(2) only reads
    const std::array<iovec, 2> parts = {iovec{&header, sizeof header}, iovec{bytes, frame.size()}};
    return ::writev(fd_.get(), parts.data(), parts.size()) > 0;
}

void Tap::count_a_drop() {
    // drivers/net/tun.c: a frame that cannot be read is counted in rx_dropped, before any program
    // sees it.
    OffloadHeader header{};
    const std::array<iovec, 2> parts = {iovec{&header, sizeof header},
                                        iovec{unreadable_.get(), 60}};
    [[maybe_unused]] const ssize_t refused = ::writev(fd_.get(), parts.data(), parts.size());
}

}  // namespace xdpbench::faulty_card
