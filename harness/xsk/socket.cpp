#include "xsk/socket.h"

#ifdef XDP_BENCH_LIBXDP

#include <fmt/format.h>
#include <linux/if_xdp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <xdp/xsk.h>

#include <algorithm>
#include <cerrno>

#include "base/kernel_errno.h"

namespace xdpbench::xsk {

struct Socket::State {
    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    State(State&&) = delete;
    State& operator=(State&&) = delete;
    ~State() {
        if (socket != nullptr) ::xsk_socket__delete(socket);
        if (umem != nullptr) (void)::xsk_umem__delete(umem);
        if (memory != MAP_FAILED) ::munmap(memory, size);
    }

    void* memory = MAP_FAILED;
    std::size_t size = 0;  // bytes
    xsk_umem* umem = nullptr;
    xsk_socket* socket = nullptr;
    xsk_ring_prod fill{};
    xsk_ring_cons completion{};
    xsk_ring_cons rx{};
    std::uint32_t queue = 0;
    model::XskMode bound = model::XskMode::copy;
};

namespace {

constexpr std::uint64_t kBuffer = XSK_UMEM__DEFAULT_FRAME_SIZE;
constexpr std::uint32_t kCompletions = 64;  // nothing is sent, but the kernel wants the ring

// The kernel counts the memory of a socket as locked, unless there is CAP_IPC_LOCK.
void lift_memory_limit() {
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    (void)::setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

Error open_error(const std::string& what, int number) {
    number = number < 0 ? -number : number;
    switch (number) {
        case EAFNOSUPPORT:
        case EPROTONOSUPPORT:
            return unavailable_error(what + ": the kernel has no AF_XDP",
                                     "it was built without CONFIG_XDP_SOCKETS");
        case EPERM:
            return unavailable_error(fmt::format("{}: {}", what, errno_text(number)),
                                     "AF_XDP needs CAP_NET_RAW");
        case ENOBUFS:
            return system_error(what, number, "the limit of locked memory is too low",
                                "raise it: ulimit -l unlimited");
        case EBUSY:
            return system_error(what, number, "another AF_XDP socket has this queue");
        default:
            return system_error(what, number);
    }
}

Error bind_error(const std::string& what, model::XskMode mode, int number) {
    number = number < 0 ? -number : number;
    if (number != EOPNOTSUPP && number != EINVAL && number != kEnotsupp)
        return open_error(what, number);
    if (mode != model::XskMode::zero_copy) return open_error(what, number);
    return unavailable_error(
        fmt::format("{} in zero-copy mode: {}", what, errno_text(number)),
        "the driver has no zero-copy, or not with this program, MTU or number of queues",
        "--xsk-mode auto uses copy mode where zero-copy is missing");
}

std::uint16_t bind_flags(model::XskMode mode) {
    std::uint16_t flags = XDP_USE_NEED_WAKEUP;
    if (mode == model::XskMode::copy) flags |= XDP_COPY;
    if (mode == model::XskMode::zero_copy) flags |= XDP_ZEROCOPY;
    return flags;
}

Result<model::XskMode> bound_mode(const xsk_socket* socket, const std::string& what) {
    xdp_options options = {};
    socklen_t size = sizeof(options);
    if (::getsockopt(::xsk_socket__fd(socket), SOL_XDP, XDP_OPTIONS, &options, &size) != 0)
        return system_error(what + ": cannot read its mode", errno);
    return (options.flags & XDP_OPTIONS_ZEROCOPY) != 0 ? model::XskMode::zero_copy
                                                       : model::XskMode::copy;
}

void hand_all_buffers_over(xsk_ring_prod& fill, std::uint32_t buffers) {
    std::uint32_t at = 0;
    if (::xsk_ring_prod__reserve(&fill, buffers, &at) != buffers) return;
    for (std::uint32_t i = 0; i < buffers; ++i)
        *::xsk_ring_prod__fill_addr(&fill, at + i) = i * kBuffer;
    ::xsk_ring_prod__submit(&fill, buffers);
}

}  // namespace

Socket::Socket(std::unique_ptr<State> state) : state_(std::move(state)) {}
Socket::Socket(Socket&&) noexcept = default;
Socket& Socket::operator=(Socket&&) noexcept = default;
Socket::~Socket() = default;

Result<Socket> Socket::open(const net::NetNs& netns, const net::InterfaceInfo& interface,
                            std::uint32_t queue, model::XskMode mode, RingSizes sizes) {
    const std::string what =
        fmt::format("cannot open an AF_XDP socket on {}, queue {}", interface.name, queue);
    lift_memory_limit();
    auto state = std::make_unique<State>();
    state->queue = queue;
    state->size = sizes.buffers * kBuffer;
    state->memory =
        ::mmap(nullptr, state->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (state->memory == MAP_FAILED) return system_error(what + ": memory", errno);
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    const xsk_umem_config memory{sizes.buffers, kCompletions, kBuffer, 0, 0};
    if (const int error = ::xsk_umem__create(&state->umem, state->memory, state->size, &state->fill,
                                             &state->completion, &memory);
        error != 0)
        return open_error(what, error);
    hand_all_buffers_over(state->fill, sizes.buffers);
    xsk_socket_config config = {};
    config.rx_size = sizes.rx;
    config.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD;
    config.bind_flags = bind_flags(mode);
    if (const int error = ::xsk_socket__create(&state->socket, interface.name.c_str(), queue,
                                               state->umem, &state->rx, nullptr, &config);
        error != 0)
        return bind_error(what, mode, error);
    XDPBENCH_TRY(state->bound, bound_mode(state->socket, what));
    return Socket(std::move(state));
}

int Socket::fd() const { return ::xsk_socket__fd(state_->socket); }
std::uint32_t Socket::queue() const { return state_->queue; }
model::XskMode Socket::bound() const { return state_->bound; }

std::size_t Socket::receive(Keep& keep) {
    State& state = *state_;
    std::uint32_t from = 0;
    const std::uint32_t count = ::xsk_ring_cons__peek(&state.rx, state.rx.size, &from);
    if (count == 0) return 0;
    std::uint32_t to = 0;
    // There will be room: no more buffers are under way than the fill ring has slots. But the
    // kernel shows frames a moment before it frees their slots (xsk_flush in net/xdp/xsk.c).
    while (::xsk_ring_prod__reserve(&state.fill, count, &to) != count) {
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        const xdp_desc& descriptor = *::xsk_ring_cons__rx_desc(&state.rx, from + i);
        if (keep.frames.size() < keep.most) {
            const auto* const bytes = static_cast<const std::uint8_t*>(
                ::xsk_umem__get_data(state.memory, descriptor.addr));
            packet::Frame frame;
            frame.bytes.assign(bytes, bytes + descriptor.len);
            keep.frames.push_back(std::move(frame));
        }
        *::xsk_ring_prod__fill_addr(&state.fill, to + i) = descriptor.addr / kBuffer * kBuffer;
    }
    ::xsk_ring_prod__submit(&state.fill, count);
    ::xsk_ring_cons__release(&state.rx, count);
    // A driver that found no buffers sleeps until it is told that there are some.
    if (::xsk_ring_prod__needs_wakeup(&state.fill) != 0)
        (void)::recvfrom(fd(), nullptr, 0, MSG_DONTWAIT, nullptr, nullptr);
    return count;
}

Result<RingDrops> Socket::drops() const {
    xdp_statistics statistics = {};
    socklen_t size = sizeof(statistics);
    if (::getsockopt(fd(), SOL_XDP, XDP_STATISTICS, &statistics, &size) != 0)
        return system_error("cannot read what an AF_XDP socket dropped", errno);
    // rx_dropped has those without a buffer too (__xsk_rcv in net/xdp/xsk.c).
    const std::uint64_t empty =
        std::min<std::uint64_t>(statistics.rx_dropped, statistics.rx_fill_ring_empty_descs);
    return RingDrops{empty, statistics.rx_ring_full, statistics.rx_dropped - empty};
}

}  // namespace xdpbench::xsk

#else

namespace xdpbench::xsk {

struct Socket::State {};

Socket::Socket(std::unique_ptr<State> state) : state_(std::move(state)) {}
Socket::Socket(Socket&&) noexcept = default;
Socket& Socket::operator=(Socket&&) noexcept = default;
Socket::~Socket() = default;

Result<Socket> Socket::open(const net::NetNs& /*netns*/, const net::InterfaceInfo& /*interface*/,
                            std::uint32_t /*queue*/, model::XskMode /*mode*/, RingSizes /*sizes*/) {
    return unavailable_error("there are no AF_XDP sockets here",
                             "xdp-bench was built without libxdp",
                             "install libxdp-dev and build it again");
}

// Never called: there is no Socket.
int Socket::fd() const { return -1; }
std::uint32_t Socket::queue() const { return 0; }
model::XskMode Socket::bound() const { return model::XskMode::copy; }
std::size_t Socket::receive(Keep& /*keep*/) { return 0; }
Result<RingDrops> Socket::drops() const { return RingDrops{}; }

}  // namespace xdpbench::xsk

#endif
