// An AF_XDP socket that receives: its memory (UMEM), its rings, and what they dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/result.h"
#include "model/xsk.h"
#include "net/interface.h"
#include "net/netns.h"
#include "packet/frame.h"

namespace xdpbench::xsk {

// Slots, powers of two. There are more buffers than slots of the receive ring: of a receiver that
// is too slow the receive ring is full first, as with most programs.
struct RingSizes {
    std::uint32_t buffers = 4096;  // in the fill ring, a page each
    std::uint32_t rx = 2048;
};

// Frames that were redirected to a socket and not delivered, by the ring that had no room
// (XDP_STATISTICS of getsockopt). Each is a failed redirect, too.
struct RingDrops {
    std::uint64_t fill_ring_empty = 0;  // no buffer for it
    std::uint64_t rx_ring_full = 0;
    std::uint64_t others = 0;  // longer than a buffer

    [[nodiscard]] std::uint64_t sum() const { return fill_ring_empty + rx_ring_full + others; }
};

// Keeps frames while they are received.
struct Keep {
    std::size_t most = 0;  // frames
    packet::Frames frames;
};

// Owns descriptor, memory and rings. One thread uses it at a time.
class Socket {
  public:
    // Binds to one receive queue. Unavailable if the tool was built without libxdp, the kernel has
    // no AF_XDP, or the driver rejects the mode; the error has the kernel's reason. Loads no
    // program and puts nothing into a map.
    static Result<Socket> open(const net::NetNs& netns, const net::InterfaceInfo& interface,
                               std::uint32_t queue, model::XskMode mode, RingSizes sizes = {});

    Socket(Socket&&) noexcept;
    Socket& operator=(Socket&&) noexcept;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();

    [[nodiscard]] int fd() const;  // for an XSKMAP and poll()
    [[nodiscard]] std::uint32_t queue() const;
    [[nodiscard]] model::XskMode bound() const;  // as the kernel reports it

    // Takes all frames that are in the receive ring, and gives their buffers back. Returns how many
    // there were. The first ones are added to `keep`.
    std::size_t receive(Keep& keep);

    Result<RingDrops> drops() const;

  private:
    struct State;
    explicit Socket(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace xdpbench::xsk
