#include <bpf/bpf.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <unistd.h>

#include <cstring>
#include <map>

#include "base/unique_fd.h"
#include "bpf/bpf_options.h"
#include "bpf/cpus.h"
#include "bpf/map_entries.h"

namespace xdpbench::bpf {
namespace {

using Contents = std::map<std::uint32_t, std::uint64_t>;

// A map of the kernel with keys of 4 bytes and values of 8.
class EntriesOf : public testing::TestWithParam<bpf_map_type> {
  protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "maps need root";
    }

    void create(std::uint32_t entries) {
        auto options = bpf_options<bpf_map_create_opts>();
        const bool trie = GetParam() == BPF_MAP_TYPE_LPM_TRIE;
        options.map_flags = trie ? BPF_F_NO_PREALLOC : 0;
        map_.key.size = trie ? 8 : 4;
        fd_ = UniqueFd(::bpf_map_create(GetParam(), "entries", static_cast<unsigned>(map_.key.size),
                                        8, entries, &options));
        ASSERT_TRUE(fd_.valid()) << std::strerror(errno);
        map_.name = "entries";
        map_.fd = fd_.get();
        map_.kind = GetParam();
        map_.max_entries = entries;
        map_.value.size = 8;
    }

    [[nodiscard]] MapBytes key_of(std::uint32_t number) const {
        MapBytes key(map_.key.size);
        if (key.size() == 8) key[0] = 32;  // the prefix's length
        std::memcpy(key.data() + key.size() - 4, &number, 4);
        return key;
    }

    void set(std::uint32_t number, std::uint64_t value) const {
        MapBytes memory(8);
        std::memcpy(memory.data(), &value, 8);
        ASSERT_TRUE(update_entry(map_, key_of(number), memory));
    }

    // The sums over all CPUs, by key.
    [[nodiscard]] Contents read() const {
        Contents contents;
        const Result<void> done = for_each_entry(map_, [&](ByteView key, ByteView memory) {
            std::uint32_t number = 0;
            std::uint64_t value = 0;
            std::memcpy(&number, key.data() + key.size() - 4, 4);
            std::memcpy(&value, sum_over_cpus(map_, memory).value().data(), 8);
            EXPECT_TRUE(contents.emplace(number, value).second) << "key " << number << " twice";
            return Result<void>();
        });
        EXPECT_TRUE(done) << done.error().text();
        return contents;
    }

    UniqueFd fd_;
    TypedMap map_;
};

// More than one batch has.
constexpr std::uint32_t kMany = 20'000;

TEST_P(EntriesOf, EveryEntryIsVisitedOnce) {
    create(kMany);
    const std::uint64_t copies = map_.per_cpu() ? possible_cpus().value() : 1;
    Contents expected;
    for (std::uint32_t i = 0; i < kMany; ++i) {
        if (is_array(map_)) expected[i] = 0;
        if (i % 3 != 0) continue;
        set(i, i + 7);
        expected[i] = (i + 7) * copies;
    }
    EXPECT_EQ(read(), expected);
}

TEST_P(EntriesOf, AnEmptyMapHasNone) {
    create(4);
    EXPECT_EQ(read().size(), is_array(map_) ? 4U : 0U);
}

TEST_P(EntriesOf, AnErrorEndsTheReading) {
    create(kMany);
    for (std::uint32_t i = 0; i < 10; ++i) set(i, 1);
    int visited = 0;
    const Result<void> done = for_each_entry(map_, [&](ByteView, ByteView) {
        return ++visited == 3 ? Result<void>(input_error("enough")) : Result<void>();
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().what, "enough");
    EXPECT_EQ(visited, 3);
}

INSTANTIATE_TEST_SUITE_P(Kinds, EntriesOf,
                         testing::Values(BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PERCPU_ARRAY,
                                         BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_PERCPU_HASH,
                                         BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_LPM_TRIE),
                         [](const auto& kind) {
                             return std::to_string(static_cast<int>(kind.param));
                         });

}  // namespace
}  // namespace xdpbench::bpf
