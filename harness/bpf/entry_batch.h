// Many entries of a map, written or deleted in batches: one system call for thousands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "bpf/typed_map.h"

namespace xdpbench::bpf {

// Collects entries and writes them when there are enough. Refers to the map.
class EntryBatch {
  public:
    static Result<EntryBatch> create(const TypedMap& map);

    // Where the next entry's key, and one CPU's value, are to be written.
    std::span<std::uint8_t> key() {
        return std::span(keys_).subspan(count_ * map_->key.size, map_->key.size);
    }
    std::span<std::uint8_t> value() {
        return std::span(values_).subspan(count_ * memory_, map_->value.size);
    }
    // The entry at key() and value() is complete; of a per-CPU map every CPU gets the value.
    Result<void> add();

    // One with what was read of an entry: of a per-CPU map, what each CPU has.
    Result<void> add_memory(ByteView key, ByteView memory);

    // Writes what is collected. An interruption (SIGINT, SIGTERM) is interrupted_error().
    Result<void> flush();

  private:
    EntryBatch(const TypedMap& map, std::size_t memory);
    Result<void> next();
    Result<void> write_one(std::size_t number);

    const TypedMap* map_;
    std::size_t memory_;    // of an entry's values, for all CPUs
    std::size_t capacity_;  // entries
    MapBytes keys_;
    MapBytes values_;
    std::size_t count_ = 0;
    bool batches_ = true;
};

// Deletes entries, the keys of which stand after each other; those that are gone are none to
// delete.
Result<void> delete_entries(const TypedMap& map, ByteView keys);

}  // namespace xdpbench::bpf
