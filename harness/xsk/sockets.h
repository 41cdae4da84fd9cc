// The AF_XDP sockets of an interface, one a receive queue, in the XSKMAPs of a program.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "bpf/program.h"
#include "bpf/typed_map.h"
#include "xsk/socket.h"

namespace xdpbench::xsk {

// The maps of a program that lead to AF_XDP sockets, by their type: they need no BTF.
[[nodiscard]] std::vector<bpf::TypedMap> xskmaps_of(const bpf::Program& program);

// What arrived at all sockets, and what did not.
struct Received {
    model::XskTally tally;
    RingDrops drops;
};

class Sockets {
  public:
    // One socket for each receive queue in use of `interface`. The first `keep` frames are kept.
    static Result<std::unique_ptr<Sockets>> open(const net::NetNs& netns,
                                                 const net::InterfaceInfo& interface,
                                                 model::XskMode mode, std::size_t keep,
                                                 RingSizes sizes = {});

    Sockets(const Sockets&) = delete;
    Sockets& operator=(const Sockets&) = delete;
    Sockets(Sockets&&) = delete;
    Sockets& operator=(Sockets&&) = delete;
    ~Sockets();

    // Puts the socket of queue N under key N of each XSKMAP of a loaded program. In maps that are
    // not the tool's own this needs permission (--allow-state-changes), and no entry is
    // overwritten but those with other sockets of the tool. They leave the maps when they are
    // closed.
    Result<void> put_into(const bpf::Program& program);
    // Puts them back where other sockets of the tool have taken their places meanwhile: in maps
    // that others own, of which there is one only for all measurements.
    Result<void> put_again();

    // From here on a thread on `cpu` sleeps until there are frames, and takes them. Before that
    // they are taken when somebody asks.
    Result<void> receive_on(int cpu);
    // All that arrived so far.
    Result<Received> received();
    // The frames that were kept, from frame `first` on, in order of arrival within a queue.
    packet::Frames kept(std::size_t first = 0);

    // Of all of them alike.
    [[nodiscard]] model::XskMode bound() const { return sockets_.front().bound(); }
    [[nodiscard]] std::size_t count() const { return sockets_.size(); }

  private:
    Sockets(std::vector<Socket> sockets, std::size_t keep);
    Result<void> put_once(const bpf::Program& program, const bpf::TypedMap& map,
                          const Socket& socket);
    void take();
    void receive_until_stopped(int cpu);

    std::vector<Socket> sockets_;
    // An entry of a map that others own, and the socket that is put into it.
    struct SharedEntry {
        bpf::TypedMap map;
        std::uint32_t map_id = 0;
        const Socket* socket = nullptr;
    };
    Result<void> put_shared(const SharedEntry& entry);
    std::vector<SharedEntry> shared_;
    std::mutex mutex_;  // of what follows, and of the rings
    Keep keep_;
    model::XskTally tally_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

// Sockets on `interface` in the maps of `program`; nullptr if it has no XSKMAP.
Result<std::unique_ptr<Sockets>> sockets_for(const bpf::Program& program, const net::NetNs& netns,
                                             const net::InterfaceInfo& interface,
                                             model::XskMode mode, std::size_t keep,
                                             RingSizes sizes = {});

// The same for test runs, from which nothing arrives: in copy mode, with small rings, keeping no
// frame.
Result<std::unique_ptr<Sockets>> idle_sockets_for(const bpf::Program& program,
                                                  const net::NetNs& netns,
                                                  const net::InterfaceInfo& interface);

}  // namespace xdpbench::xsk
