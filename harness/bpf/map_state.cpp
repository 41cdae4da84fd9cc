#include "bpf/map_state.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "bpf/map_entries.h"
#include "xdp_counters.h"

namespace xdpbench::bpf {
namespace {

enum class Kind {
    restored,
    kept,      // a program can change it, but it cannot be put back
    constant,  // no program changes it, or it holds descriptors or events
};

Kind kind_of(const TypedMap& map) {
    constexpr std::uint32_t kProgramCannotWrite = BPF_F_RDONLY_PROG;
    if ((map.flags & kProgramCannotWrite) != 0) return Kind::constant;
    switch (map.kind) {
        case BPF_MAP_TYPE_HASH:
        case BPF_MAP_TYPE_ARRAY:
        case BPF_MAP_TYPE_PERCPU_HASH:
        case BPF_MAP_TYPE_PERCPU_ARRAY:
        case BPF_MAP_TYPE_LRU_HASH:
        case BPF_MAP_TYPE_LRU_PERCPU_HASH:
        case BPF_MAP_TYPE_LPM_TRIE:
            return Kind::restored;
        case BPF_MAP_TYPE_QUEUE:
        case BPF_MAP_TYPE_STACK:
        case BPF_MAP_TYPE_BLOOM_FILTER:
        case BPF_MAP_TYPE_HASH_OF_MAPS:
        case BPF_MAP_TYPE_ARRAY_OF_MAPS:
            return Kind::kept;
        default:
            return Kind::constant;
    }
}

Error cannot(const char* what, const TypedMap& map, int number) {
    return system_error(
        fmt::format("cannot {} map {}, to restore the program's state", what, map.name), number);
}

}  // namespace

Result<void> MapState::add(const TypedMap& map) {
    const Kind kind = kind_of(map);
    if (kind == Kind::kept) kept_.push_back(map.name);
    if (kind != Kind::restored) return {};
    Saved saved{map, {}};
    XDPBENCH_CHECK(for_each_entry(map, [&](ByteView key, ByteView value) -> Result<void> {
        saved.entries.push_back({{key.begin(), key.end()}, {value.begin(), value.end()}});
        return {};
    }));
    std::sort(saved.entries.begin(), saved.entries.end(),
              [](const Entry& a, const Entry& b) { return a.key < b.key; });
    saved_.push_back(std::move(saved));
    return {};
}

Result<MapState> MapState::save(const std::vector<TypedMap>& maps) {
    MapState state;
    for (const TypedMap& map : maps) XDPBENCH_CHECK(state.add(map));
    return state;
}

std::size_t MapState::entries() const {
    std::size_t sum = 0;
    for (const Saved& saved : saved_) sum += saved.entries.size();
    return sum;
}

Result<void> MapState::restore_one(const Saved& saved) {
    std::vector<bool> unchanged(saved.entries.size(), false);
    std::vector<MapBytes> came;
    XDPBENCH_CHECK(for_each_entry(saved.map, [&](ByteView key, ByteView value) -> Result<void> {
        const MapBytes wanted(key.begin(), key.end());
        const auto found = std::lower_bound(
            saved.entries.begin(), saved.entries.end(), wanted,
            [](const Entry& entry, const MapBytes& other) { return entry.key < other; });
        if (found == saved.entries.end() || found->key != wanted) {
            came.push_back(wanted);
        } else if (std::equal(value.begin(), value.end(), found->value.begin(),
                              found->value.end())) {
            unchanged[static_cast<std::size_t>(found - saved.entries.begin())] = true;
        }
        return {};
    }));
    for (const MapBytes& key : came) {
        if (::bpf_map_delete_elem(saved.map.fd, key.data()) != 0 && errno != ENOENT)
            return cannot("empty", saved.map, errno);
    }
    for (std::size_t i = 0; i < saved.entries.size(); ++i) {
        const Entry& entry = saved.entries[i];
        if (unchanged[i]) continue;
        if (::bpf_map_update_elem(saved.map.fd, entry.key.data(), entry.value.data(), BPF_ANY) != 0)
            return cannot("write", saved.map, errno);
    }
    return {};
}

const MapState::Saved* MapState::alike(const TypedMap& map) const {
    constexpr std::size_t kKept = 15;  // BPF_OBJ_NAME_LEN with its end
    if (!map.section.empty() || map.name == XDP_COUNTERS_MAP) return nullptr;
    for (const Saved& saved : saved_) {
        const TypedMap& other = saved.map;
        const bool same = other.section.empty() && other.kind == map.kind &&
                          other.key.size == map.key.size && other.value.size == map.value.size;
        if (same && other.name.substr(0, kKept) == map.name.substr(0, kKept) &&
            saved.entries.size() <= map.max_entries)
            return &saved;
    }
    return nullptr;
}

MapState::Copying MapState::plan_copy(const std::vector<TypedMap>& maps) const {
    Copying copying;
    for (const TypedMap& map : maps) {
        if (map.name == XDP_COUNTERS_MAP) continue;
        if (const Saved* const saved = alike(map)) {
            copying.copied.push_back(
                fmt::format("{} ({})", map.name, counted(saved->entries.size(), "entry")));
        } else if (!map.section.empty()) {
            copying.not_copied.push_back(fmt::format("{} (global variables)", map.section));
        } else if (kind_of(map) != Kind::restored) {
            copying.not_copied.push_back(fmt::format("{} (a map of this type)", map.name));
        } else {
            copying.not_copied.push_back(fmt::format(
                "{} (the running program has none of this name, type and size, or it holds more)",
                map.name));
        }
    }
    return copying;
}

Result<void> MapState::copy_to(const std::vector<TypedMap>& maps) const {
    for (const TypedMap& map : maps) {
        const Saved* const saved = map.fd < 0 ? nullptr : alike(map);
        if (saved == nullptr) continue;
        for (const Entry& entry : saved->entries) {
            if (::bpf_map_update_elem(map.fd, entry.key.data(), entry.value.data(), BPF_ANY) != 0)
                return system_error(
                    fmt::format("cannot copy an entry of the running program into map {}",
                                map.name),
                    errno);
        }
    }
    return {};
}

Result<void> MapState::restore() const {
    for (const Saved& saved : saved_) XDPBENCH_CHECK(restore_one(saved));
    return {};
}

}  // namespace xdpbench::bpf
