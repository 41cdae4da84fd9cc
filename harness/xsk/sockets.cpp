#include "xsk/sockets.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "net/port_queues.h"
#include "traffic/pinned.h"
#include "xsk/occupied.h"

namespace xdpbench::xsk {
namespace {

// How soon the receiver notices that it is to end.
constexpr int kLookMilliseconds = 20;

// Who has put a socket into an entry, by the id of the map and the key. Only of maps that others
// own, where a socket that nobody here has put belongs to another process.
std::map<std::pair<std::uint32_t, std::uint32_t>, const Sockets*>& own_entries() {
    static std::map<std::pair<std::uint32_t, std::uint32_t>, const Sockets*> owners;
    return owners;
}

Result<std::uint32_t> id_of(const bpf::TypedMap& map) {
    bpf_map_info info = {};
    std::uint32_t size = sizeof(info);
    if (::bpf_obj_get_info_by_fd(map.fd, &info, &size) == 0) return info.id;
    return system_error(fmt::format("cannot read the kernel's information on map {}", map.name),
                        errno);
}

Result<void> require_free(const bpf::TypedMap& map, std::uint32_t key) {
    XDPBENCH_TRY(const bool occupied, is_occupied(map, key));
    if (!occupied) return {};
    return unavailable_error(
        fmt::format("entry {} of map {} has the AF_XDP socket of another process", key, map.name),
        "the program under test is in use, and no socket is taken from it");
}

Result<void> put(const bpf::TypedMap& map, std::uint32_t key, const Socket& socket) {
    const int fd = socket.fd();
    if (::bpf_map_update_elem(map.fd, &key, &fd, BPF_ANY) == 0) return {};
    return system_error(
        fmt::format("cannot put an AF_XDP socket into map {}, key {}", map.name, key), errno);
}

}  // namespace

std::vector<bpf::TypedMap> xskmaps_of(const bpf::Program& program) {
    std::vector<bpf::TypedMap> maps = program.maps();
    std::erase_if(maps, [](const bpf::TypedMap& map) { return map.kind != BPF_MAP_TYPE_XSKMAP; });
    return maps;
}

namespace {

// Of a loaded program: an object may have maps that were not created for it.
std::vector<bpf::TypedMap> created_xskmaps(const bpf::Program& program) {
    std::vector<bpf::TypedMap> maps = xskmaps_of(program);
    std::erase_if(maps, [](const bpf::TypedMap& map) { return map.fd < 0; });
    return maps;
}

}  // namespace

Sockets::Sockets(std::vector<Socket> sockets, std::size_t keep)
    : sockets_(std::move(sockets)), keep_{keep, {}} {}

Sockets::~Sockets() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    std::erase_if(own_entries(), [this](const auto& entry) { return entry.second == this; });
}

Result<std::unique_ptr<Sockets>> Sockets::open(const net::NetNs& netns,
                                               const net::InterfaceInfo& interface,
                                               model::XskMode mode, std::size_t keep,
                                               RingSizes sizes) {
    std::vector<Socket> sockets;
    const std::uint32_t queues = net::receive_queues(netns, interface.name);
    for (std::uint32_t queue = 0; queue < queues; ++queue) {
        XDPBENCH_TRY(Socket socket, Socket::open(netns, interface, queue, mode, sizes));
        sockets.push_back(std::move(socket));
    }
    return std::unique_ptr<Sockets>(new Sockets(std::move(sockets), keep));
}

// A program that others loaded is put to use several times, always with the same maps.
Result<void> Sockets::put_once(const bpf::Program& program, const bpf::TypedMap& map,
                               const Socket& socket) {
    const std::uint32_t key = socket.queue();
    if (key >= map.max_entries) return {};
    if (!program.is_shared()) return put(map, key, socket);
    XDPBENCH_TRY(const std::uint32_t id, id_of(map));
    const bool known = std::any_of(shared_.begin(), shared_.end(), [&](const SharedEntry& entry) {
        return entry.map_id == id && entry.socket == &socket;
    });
    if (known) return {};
    shared_.push_back({map, id, &socket});
    return put_shared(shared_.back());
}

Result<void> Sockets::put_shared(const SharedEntry& entry) {
    const std::uint32_t key = entry.socket->queue();
    const auto owner = own_entries().find({entry.map_id, key});
    if (owner == own_entries().end()) {
        XDPBENCH_CHECK(require_free(entry.map, key));
    } else if (owner->second == this) {
        return {};
    }
    XDPBENCH_CHECK(put(entry.map, key, *entry.socket));
    own_entries()[{entry.map_id, key}] = this;
    return {};
}

Result<void> Sockets::put_again() {
    for (const SharedEntry& entry : shared_) XDPBENCH_CHECK(put_shared(entry));
    return {};
}

Result<void> Sockets::put_into(const bpf::Program& program) {
    for (const bpf::TypedMap& map : created_xskmaps(program)) {
        XDPBENCH_CHECK(program.require_own_maps("put AF_XDP sockets into map " + map.name));
        for (const Socket& socket : sockets_) XDPBENCH_CHECK(put_once(program, map, socket));
    }
    return {};
}

void Sockets::take() {
    for (Socket& socket : sockets_) {
        const std::size_t frames = socket.receive(keep_);
        tally_.frames += frames;
        tally_.batches += frames > 0 ? 1 : 0;
    }
}

Result<void> Sockets::receive_on(int cpu) {
    if (thread_.joinable()) return {};
    try {
        thread_ = std::thread([this, cpu] { receive_until_stopped(cpu); });
    } catch (const std::system_error& error) {
        return system_error("cannot start a thread for AF_XDP sockets", error.code().value());
    }
    return {};
}

void Sockets::receive_until_stopped(int cpu) {
    const auto pinned = traffic::PinnedThread::pin(cpu);
    std::vector<pollfd> polled;
    for (const Socket& socket : sockets_) polled.push_back({socket.fd(), POLLIN, 0});
    while (!stop_) {
        const int ready = ::poll(polled.data(), polled.size(), kLookMilliseconds);
        const std::lock_guard lock(mutex_);
        tally_.wakeups += ready > 0 ? 1 : 0;
        take();
    }
}

Result<Received> Sockets::received() {
    const std::lock_guard lock(mutex_);
    if (!thread_.joinable()) take();
    Received all{tally_, {}};
    for (const Socket& socket : sockets_) {
        XDPBENCH_TRY(const RingDrops drops, socket.drops());
        all.drops.fill_ring_empty += drops.fill_ring_empty;
        all.drops.rx_ring_full += drops.rx_ring_full;
        all.drops.others += drops.others;
    }
    return all;
}

packet::Frames Sockets::kept(std::size_t first) {
    const std::lock_guard lock(mutex_);
    const auto skipped = static_cast<std::ptrdiff_t>(std::min(first, keep_.frames.size()));
    return {keep_.frames.begin() + skipped, keep_.frames.end()};
}

Result<std::unique_ptr<Sockets>> sockets_for(const bpf::Program& program, const net::NetNs& netns,
                                             const net::InterfaceInfo& interface,
                                             model::XskMode mode, std::size_t keep,
                                             RingSizes sizes) {
    if (created_xskmaps(program).empty()) return std::unique_ptr<Sockets>();
    XDPBENCH_TRY(std::unique_ptr<Sockets> sockets,
                 Sockets::open(netns, interface, mode, keep, sizes));
    XDPBENCH_CHECK(sockets->put_into(program));
    return sockets;
}

Result<std::unique_ptr<Sockets>> idle_sockets_for(const bpf::Program& program,
                                                  const net::NetNs& netns,
                                                  const net::InterfaceInfo& interface) {
    return sockets_for(program, netns, interface, model::XskMode::copy, 0, {64, 64});
}

}  // namespace xdpbench::xsk
