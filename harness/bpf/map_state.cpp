#include "bpf/map_state.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>

#include "base/text.h"
#include "bpf/entry_batch.h"
#include "bpf/map_entries.h"
#include "bpf/whole_names.h"
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

// Whether both may be the same map, by name, type and sizes.
bool may_be(const TypedMap& saved, const TypedMap& map) {
    if (!saved.section.empty() || saved.kind != map.kind || saved.key.size != map.key.size ||
        saved.value.size != map.value.size)
        return false;
    return saved.name == map.name ||
           (is_cut_name(saved.name) && kept_name(saved.name) == kept_name(map.name));
}

int compare(ByteView a, ByteView b) { return std::memcmp(a.data(), b.data(), a.size()); }

}  // namespace

ByteView MapState::Saved::key(std::size_t entry) const {
    return ByteView(keys).subspan(entry * map.key.size, map.key.size);
}

ByteView MapState::Saved::value(std::size_t entry) const {
    return ByteView(values).subspan(entry * memory, memory);
}

// Where an entry is among those that are saved. A map is mostly read in the order in which it was
// read before; only where it is not the keys are sorted.
class MapState::Finder {
  public:
    explicit Finder(const Saved& saved) : saved_(&saved) {}

    std::optional<std::size_t> find(ByteView wanted) {
        if (next_ < saved_->count && compare(saved_->key(next_), wanted) == 0) return next_++;
        if (order_.empty()) sort();
        const auto found = std::lower_bound(order_.begin(), order_.end(), wanted,
                                            [this](std::size_t entry, ByteView other) {
                                                return compare(saved_->key(entry), other) < 0;
                                            });
        if (found == order_.end() || compare(saved_->key(*found), wanted) != 0) return std::nullopt;
        next_ = *found + 1;
        return *found;
    }

  private:
    void sort() {
        order_.resize(saved_->count);
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        std::sort(order_.begin(), order_.end(), [this](std::size_t a, std::size_t b) {
            return compare(saved_->key(a), saved_->key(b)) < 0;
        });
    }

    const Saved* saved_;
    std::size_t next_ = 0;
    std::vector<std::size_t> order_;  // the numbers of the entries by their keys
};

Result<void> MapState::add(const TypedMap& map) {
    const Kind kind = kind_of(map);
    if (kind == Kind::kept) kept_.push_back(map.name);
    if (kind != Kind::restored) return {};
    Saved saved{map};
    XDPBENCH_TRY(saved.memory, memory_size(map));
    XDPBENCH_CHECK(for_each_entry(map, [&](ByteView key, ByteView value) -> Result<void> {
        saved.keys.insert(saved.keys.end(), key.begin(), key.end());
        saved.values.insert(saved.values.end(), value.begin(), value.end());
        ++saved.count;
        return {};
    }));
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
    for (const Saved& saved : saved_) sum += saved.count;
    return sum;
}

Result<void> MapState::restore_one(const Saved& saved) {
    std::vector<bool> unchanged(saved.count, false);
    Finder finder(saved);
    MapBytes came;
    XDPBENCH_CHECK(for_each_entry(saved.map, [&](ByteView key, ByteView value) -> Result<void> {
        const std::optional<std::size_t> entry = finder.find(key);
        if (!entry) {
            came.insert(came.end(), key.begin(), key.end());
        } else {
            unchanged[*entry] = compare(saved.value(*entry), value) == 0;
        }
        return {};
    }));
    const auto cannot = [&](const Error& error) {
        return error.in("cannot restore the program's state");
    };
    if (const Result<void> deleted = delete_entries(saved.map, came); !deleted)
        return cannot(deleted.error());
    XDPBENCH_TRY(EntryBatch batch, EntryBatch::create(saved.map));
    for (std::size_t entry = 0; entry < saved.count; ++entry) {
        if (unchanged[entry]) continue;
        if (const Result<void> added = batch.add_memory(saved.key(entry), saved.value(entry));
            !added)
            return cannot(added.error());
    }
    const Result<void> written = batch.flush();
    return written ? written : cannot(written.error());
}

MapState::Source MapState::source_of(const TypedMap& map, const std::vector<TypedMap>& all) const {
    if (!map.section.empty()) return {nullptr, "global variables"};
    if (kind_of(map) != Kind::restored) return {nullptr, "a map of this type"};
    std::vector<const Saved*> candidates;
    for (const Saved& saved : saved_) {
        if (may_be(saved.map, map)) candidates.push_back(&saved);
        if (saved.map.name == map.name && may_be(saved.map, map)) {
            candidates = {&saved};
            break;
        }
    }
    if (candidates.empty())
        return {nullptr, "the running program has none of this name, type and size"};
    const Saved& saved = *candidates.front();
    const auto takers = std::count_if(all.begin(), all.end(), [&](const TypedMap& other) {
        return other.section.empty() && may_be(saved.map, other);
    });
    if (candidates.size() > 1 || (saved.map.name != map.name && takers > 1))
        return {nullptr,
                "of several maps the kernel knows the same 15 characters of the name, so which of "
                "the running program's it is cannot be told"};
    if (saved.count > map.max_entries) return {nullptr, "the running program's holds more"};
    return {&saved};
}

MapState::Copying MapState::plan_copy(const std::vector<TypedMap>& maps) const {
    Copying copying;
    for (const TypedMap& map : maps) {
        if (map.name == XDP_COUNTERS_MAP) continue;
        const Source source = source_of(map, maps);
        if (source.saved != nullptr) {
            copying.copied.push_back(
                fmt::format("{} ({})", map.name, counted(source.saved->count, "entry")));
        } else {
            copying.not_copied.push_back(fmt::format(
                "{} ({})", map.section.empty() ? map.name : map.section, source.reason));
        }
    }
    return copying;
}

Result<void> MapState::copy_to(const std::vector<TypedMap>& maps) const {
    for (const TypedMap& map : maps) {
        if (map.fd < 0 || map.name == XDP_COUNTERS_MAP) continue;
        const Source source = source_of(map, maps);
        if (source.saved == nullptr) continue;
        const auto copy = [&]() -> Result<void> {
            XDPBENCH_TRY(EntryBatch batch, EntryBatch::create(map));
            for (std::size_t entry = 0; entry < source.saved->count; ++entry)
                XDPBENCH_CHECK(
                    batch.add_memory(source.saved->key(entry), source.saved->value(entry)));
            return batch.flush();
        };
        if (const Result<void> copied = copy(); !copied)
            return copied.error().in("cannot copy the maps of the running program");
    }
    return {};
}

Result<void> MapState::restore() const {
    for (const Saved& saved : saved_) XDPBENCH_CHECK(restore_one(saved));
    return {};
}

}  // namespace xdpbench::bpf
