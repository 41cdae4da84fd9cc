#include "bpf/map_entries.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/interrupt.h"

namespace xdpbench::bpf {
namespace {

constexpr std::size_t kBatchBytes = std::size_t{1} << 20;
constexpr std::uint32_t kMostInBatch = 4096;
constexpr std::size_t kInterruptCheck = 1024;  // entries that are read one by one

// Buffers for one batch.
struct Batch {
    std::uint32_t capacity = 0;  // entries
    MapBytes keys;
    MapBytes values;

    void resize(const TypedMap& map, std::size_t value_size, std::uint32_t entries) {
        capacity = entries;
        keys.resize(std::size_t{entries} * map.key.size);
        values.resize(std::size_t{entries} * value_size);
    }
};

std::uint32_t first_capacity(const TypedMap& map, std::size_t value_size) {
    const std::size_t entry = map.key.size + value_size;
    const std::size_t fitting = std::clamp<std::size_t>(kBatchBytes / entry, 1, kMostInBatch);
    return static_cast<std::uint32_t>(std::min<std::size_t>(fitting, map.max_entries));
}

Error cannot_read(const TypedMap& map, int number) {
    return system_error(fmt::format("cannot read the entries of map {}", map.name), number);
}

Result<void> visit_batch(const TypedMap& map, const Batch& batch, std::uint32_t count,
                         const VisitEntry& visit) {
    const std::size_t value_size = batch.values.size() / batch.capacity;
    for (std::size_t i = 0; i < count; ++i) {
        XDPBENCH_CHECK(visit(ByteView(batch.keys).subspan(i * map.key.size, map.key.size),
                             ByteView(batch.values).subspan(i * value_size, value_size)));
    }
    return {};
}

// Whether the map has batches; false before anything was visited.
Result<bool> visit_in_batches(const TypedMap& map, std::size_t value_size,
                              const VisitEntry& visit) {
    Batch batch;
    batch.resize(map, value_size, std::max(1U, first_capacity(map, value_size)));
    // Where the next batch begins, in the map's own words: of hashes a number, of others a key.
    MapBytes position(std::max(map.key.size, sizeof(std::uint64_t)));
    bool first = true;
    for (;;) {
        if (interrupted()) return interrupted_error();
        std::uint32_t count = batch.capacity;
        MapBytes next(position.size());
        const int result =
            ::bpf_map_lookup_batch(map.fd, first ? nullptr : position.data(), next.data(),
                                   batch.keys.data(), batch.values.data(), &count, nullptr);
        const int number = result == 0 ? 0 : errno;
        if (number == ENOSPC) {  // one bucket of a hash has more than there is room for
            batch.resize(map, value_size, batch.capacity * 2);
            continue;
        }
        if (number == EINTR) continue;
        if (number != 0 && number != ENOENT)
            return first ? Result<bool>(false) : cannot_read(map, number);
        XDPBENCH_CHECK(visit_batch(map, batch, std::min(count, batch.capacity), visit));
        if (number == ENOENT) return true;
        position = std::move(next);
        first = false;
    }
}

Result<void> visit_one_by_one(const TypedMap& map, std::size_t value_size,
                              const VisitEntry& visit) {
    MapBytes key(map.key.size);
    std::optional<MapBytes> previous;
    MapBytes value(value_size);
    for (std::size_t i = 0; i < map.max_entries; ++i) {
        if (i % kInterruptCheck == 0 && interrupted()) return interrupted_error();
        if (::bpf_map_get_next_key(map.fd, previous ? previous->data() : nullptr, key.data()) !=
            0) {
            if (errno == ENOENT) return {};
            return system_error(fmt::format("cannot list the keys of map {}", map.name), errno,
                                "a map of this kind has none");
        }
        previous = key;
        if (::bpf_map_lookup_elem(map.fd, key.data(), value.data()) == 0) {
            XDPBENCH_CHECK(visit(key, value));
        } else if (errno != ENOENT) {  // deleted since the key was read
            return cannot_read(map, errno);
        }
    }
    return {};
}

}  // namespace

Result<void> for_each_entry(const TypedMap& map, const VisitEntry& visit) {
    XDPBENCH_TRY(const std::size_t value_size, memory_size(map));
    XDPBENCH_TRY(const bool in_batches, visit_in_batches(map, value_size, visit));
    return in_batches ? Result<void>() : visit_one_by_one(map, value_size, visit);
}

}  // namespace xdpbench::bpf
