#include "bpf/entry_batch.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>

#include "base/interrupt.h"
#include "base/kernel_errno.h"

namespace xdpbench::bpf {
namespace {

constexpr std::size_t kBatchBytes = std::size_t{4} << 20;
constexpr std::size_t kMostInBatch = 65536;

// A kind of map, or a kernel, without batches.
bool has_no_batches(int number) {
    return number == EINVAL || number == kEnotsupp || number == EOPNOTSUPP;
}

}  // namespace

Result<EntryBatch> EntryBatch::create(const TypedMap& map) {
    XDPBENCH_TRY(const std::size_t memory, memory_size(map));
    return EntryBatch(map, memory);
}

EntryBatch::EntryBatch(const TypedMap& map, std::size_t memory)
    : map_(&map),
      memory_(memory),
      capacity_(std::clamp<std::size_t>(kBatchBytes / (map.key.size + memory), 1, kMostInBatch)),
      keys_(capacity_ * map.key.size),
      values_(capacity_ * memory) {}

Result<void> EntryBatch::add() {
    const auto entry = std::span(values_).subspan(count_ * memory_, memory_);
    const std::size_t copies = copies_in(*map_, entry);
    const std::size_t stride = memory_ / copies;
    for (std::size_t cpu = 1; cpu < copies; ++cpu)
        std::copy_n(entry.begin(), map_->value.size,
                    entry.begin() + static_cast<std::ptrdiff_t>(cpu * stride));
    return next();
}

Result<void> EntryBatch::add_memory(ByteView key_bytes, ByteView memory) {
    std::copy(key_bytes.begin(), key_bytes.end(), key().begin());
    std::copy(memory.begin(), memory.end(),
              std::span(values_).subspan(count_ * memory_, memory_).begin());
    return next();
}

Result<void> EntryBatch::next() { return ++count_ == capacity_ ? flush() : Result<void>(); }

Result<void> EntryBatch::flush() {
    if (interrupted()) return interrupted_error();
    std::size_t done = 0;
    while (done < count_) {
        auto count = static_cast<std::uint32_t>(count_ - done);
        const int failed =
            batches_ ? ::bpf_map_update_batch(map_->fd, keys_.data() + done * map_->key.size,
                                              values_.data() + done * memory_, &count, nullptr)
                     : -1;
        if (failed == 0) break;
        if (!batches_ || has_no_batches(errno)) {
            batches_ = false;
            XDPBENCH_CHECK(write_one(done));
            ++done;
            continue;
        }
        // The entry at which it stopped tells why.
        done += std::min<std::size_t>(count, count_ - done - 1);
        XDPBENCH_CHECK(write_one(done));
        ++done;
    }
    count_ = 0;
    return {};
}

Result<void> EntryBatch::write_one(std::size_t number) {
    const ByteView key = ByteView(keys_).subspan(number * map_->key.size, map_->key.size);
    const ByteView memory = ByteView(values_).subspan(number * memory_, memory_);
    return update_memory(*map_, {key.begin(), key.end()}, {memory.begin(), memory.end()});
}

Result<void> delete_entries(const TypedMap& map, ByteView keys) {
    bool batches = true;
    while (!keys.empty()) {
        if (interrupted()) return interrupted_error();
        auto count = static_cast<std::uint32_t>(std::min(keys.size() / map.key.size, kMostInBatch));
        const std::uint32_t asked = count;
        const bool all =
            batches && ::bpf_map_delete_batch(map.fd, keys.data(), &count, nullptr) == 0;
        if (all) {
            keys = keys.subspan(asked * map.key.size);
            continue;
        }
        if (batches && has_no_batches(errno)) batches = false;
        // The one at which it stopped may be gone already.
        const std::size_t done = batches ? std::min(count, asked - 1) : 0;
        const ByteView stopped = keys.subspan(done * map.key.size, map.key.size);
        XDPBENCH_CHECK(delete_entry(map, {stopped.begin(), stopped.end()}));
        keys = keys.subspan((done + 1) * map.key.size);
    }
    return {};
}

}  // namespace xdpbench::bpf
