#include "bpf/map_bits.h"

#include <linux/bpf.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace xdpbench::bpf {
namespace {

constexpr std::size_t kMost = 64;  // a program has no more (MAX_USED_MAPS of the kernel)

// Maps of which no program gets a pointer to what is in them that it may write to.
constexpr std::array<std::uint32_t, 16> kNoStores{
    BPF_MAP_TYPE_PROG_ARRAY,   BPF_MAP_TYPE_PERF_EVENT_ARRAY,
    BPF_MAP_TYPE_STACK_TRACE,  BPF_MAP_TYPE_CGROUP_ARRAY,
    BPF_MAP_TYPE_DEVMAP,       BPF_MAP_TYPE_DEVMAP_HASH,
    BPF_MAP_TYPE_SOCKMAP,      BPF_MAP_TYPE_SOCKHASH,
    BPF_MAP_TYPE_CPUMAP,       BPF_MAP_TYPE_XSKMAP,
    BPF_MAP_TYPE_QUEUE,        BPF_MAP_TYPE_STACK,
    BPF_MAP_TYPE_RINGBUF,      BPF_MAP_TYPE_USER_RINGBUF,
    BPF_MAP_TYPE_BLOOM_FILTER, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY};

constexpr std::array<std::uint32_t, 2> kOfMaps{BPF_MAP_TYPE_ARRAY_OF_MAPS,
                                               BPF_MAP_TYPE_HASH_OF_MAPS};
constexpr std::array<std::uint32_t, 3> kPerCpu{BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_PERCPU_HASH,
                                               BPF_MAP_TYPE_LRU_PERCPU_HASH};
constexpr std::array<std::uint32_t, 2> kLeastRecentlyUsed{BPF_MAP_TYPE_LRU_HASH,
                                                          BPF_MAP_TYPE_LRU_PERCPU_HASH};

}  // namespace

bool MapBits::are_too_many() const { return maps_.size() > kMost; }

Maps MapBits::bit_of(std::uint32_t id) const {
    for (std::size_t i = 0; i < std::min(maps_.size(), kMost); ++i) {
        if (maps_[i].id == id) return Maps{1} << i;
    }
    return 0;
}

Maps MapBits::all() const {
    return maps_.size() >= kMost ? ~Maps{0} : (Maps{1} << maps_.size()) - 1;
}

std::vector<const KnownMap*> MapBits::in(Maps maps) const {
    std::vector<const KnownMap*> result;
    for (std::size_t i = 0; i < std::min(maps_.size(), kMost); ++i) {
        if ((maps >> i & 1U) != 0) result.push_back(&maps_[i]);
    }
    return result;
}

Maps MapBits::of_kind(Maps maps, std::span<const std::uint32_t> kinds) const {
    Maps result = 0;
    for (std::size_t i = 0; i < std::min(maps_.size(), kMost); ++i) {
        const bool fits = std::find(kinds.begin(), kinds.end(), maps_[i].kind) != kinds.end();
        if (fits) result |= maps & (Maps{1} << i);
    }
    return result;
}

Maps MapBits::of_maps(Maps maps) const { return of_kind(maps, kOfMaps); }
Maps MapBits::per_cpu(Maps maps) const { return of_kind(maps, kPerCpu); }
Maps MapBits::least_recently_used(Maps maps) const { return of_kind(maps, kLeastRecentlyUsed); }
Maps MapBits::storable(Maps maps) const { return maps & ~of_kind(maps, kNoStores); }

}  // namespace xdpbench::bpf
