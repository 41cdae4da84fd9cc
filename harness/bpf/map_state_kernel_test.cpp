#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bpf/fixture_test.h"
#include "bpf/map_state.h"
#include "bpf/typed_map.h"

namespace xdpbench::bpf {
namespace {

// Entries of the limiter's map, before and after.
TEST(MapStateTest, EntriesThatCameWentOrChangedAreAsBefore) {
    Result<Program> program = Program::open(fixture_object("stateful"), "limit");
    ASSERT_TRUE(program) << program.error().text();
    const Result<void> loaded = program->load();
    ASSERT_TRUE(loaded) << loaded.error().text();
    const int map = program->find_map("sources")->fd;
    const auto write = [map](std::uint32_t key, std::uint64_t value) {
        ASSERT_EQ(::bpf_map_update_elem(map, &key, &value, BPF_ANY), 0);
    };
    const auto value_of = [map](std::uint32_t key) {
        std::uint64_t value = 0;
        return ::bpf_map_lookup_elem(map, &key, &value) == 0 ? static_cast<std::int64_t>(value)
                                                             : std::int64_t{-1};
    };
    write(1, 10);
    write(2, 20);
    const Result<MapState> state = program->save_state();
    ASSERT_TRUE(state) << state.error().text();
    write(1, 11);
    write(3, 30);
    const std::uint32_t gone = 2;
    ASSERT_EQ(::bpf_map_delete_elem(map, &gone), 0);
    const Result<void> restored = state->restore();
    ASSERT_TRUE(restored) << restored.error().text();
    EXPECT_EQ(value_of(1), 10);
    EXPECT_EQ(value_of(2), 20);
    EXPECT_EQ(value_of(3), -1);
    EXPECT_TRUE(state->kept().empty());
    EXPECT_TRUE(state->restore());  // nothing to do
}

struct Made {
    UniqueFd fd;
    TypedMap map;
};

// Keys of 4 bytes and values of 8.
Made make_map(bpf_map_type kind, const std::string& name, std::uint32_t entries) {
    Made made{UniqueFd(::bpf_map_create(kind, "made", sizeof(std::uint32_t), sizeof(std::uint64_t),
                                        entries, nullptr)),
              {}};
    made.map.name = name;
    made.map.fd = made.fd.get();
    made.map.kind = kind;
    made.map.max_entries = entries;
    made.map.key.size = sizeof(std::uint32_t);
    made.map.value.size = sizeof(std::uint64_t);
    return made;
}

class MapStateCopies : public KernelTest {
  protected:
    static void fill(const Made& made, std::uint32_t entries) {
        for (std::uint32_t key = 0; key < entries; ++key) {
            const std::uint64_t value = key + 1;
            ASSERT_EQ(::bpf_map_update_elem(made.map.fd, &key, &value, BPF_ANY), 0);
        }
    }
    static std::size_t count(const Made& made) {
        const Result<std::vector<MapBytes>> keys = read_keys(made.map, made.map.max_entries);
        return keys ? keys->size() : 0;
    }
};

TEST_F(MapStateCopies, AllEntriesOfALargeMap) {
    constexpr std::uint32_t kEntries = 150'000;  // more than one batch
    const Made from = make_map(BPF_MAP_TYPE_HASH, "flows", kEntries);
    const Made to = make_map(BPF_MAP_TYPE_HASH, "flows", kEntries);
    ASSERT_NO_FATAL_FAILURE(fill(from, kEntries));
    const Result<MapState> state = MapState::save({from.map});
    ASSERT_TRUE(state) << state.error().text();
    const Result<void> copied = state->copy_to({to.map});
    ASSERT_TRUE(copied) << copied.error().text();
    EXPECT_EQ(count(to), kEntries);
    const std::uint32_t last = kEntries - 1;
    std::uint64_t value = 0;
    ASSERT_EQ(::bpf_map_lookup_elem(to.map.fd, &last, &value), 0);
    EXPECT_EQ(value, kEntries);
    // And back to that after many came.
    const Made emptied = make_map(BPF_MAP_TYPE_HASH, "flows", kEntries);
    const Result<MapState> before = MapState::save({emptied.map});
    ASSERT_TRUE(before);
    ASSERT_NO_FATAL_FAILURE(fill(emptied, kEntries));
    ASSERT_TRUE(before->restore());
    EXPECT_EQ(count(emptied), 0U);
}

TEST_F(MapStateCopies, WhatEachCpuHas) {
    const Made from = make_map(BPF_MAP_TYPE_PERCPU_ARRAY, "sums", 1);
    const Made to = make_map(BPF_MAP_TYPE_PERCPU_ARRAY, "sums", 1);
    const Result<std::size_t> size = memory_size(from.map);
    ASSERT_TRUE(size);
    MapBytes memory(*size);
    for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<std::uint8_t>(i + 1);
    const MapBytes key(sizeof(std::uint32_t));
    ASSERT_TRUE(update_memory(from.map, key, memory));
    const Result<MapState> state = MapState::save({from.map});
    ASSERT_TRUE(state) << state.error().text();
    ASSERT_TRUE(state->copy_to({to.map}));
    const Result<std::optional<MapBytes>> copied = read_memory(to.map, key);
    ASSERT_TRUE(copied && *copied);
    EXPECT_EQ(**copied, memory);
}

TEST_F(MapStateCopies, NothingIfItCannotBeToldOfWhichMap) {
    // Of the running program's maps the kernel knows 15 characters.
    const Made first = make_map(BPF_MAP_TYPE_HASH, "connection_tabl (id 1)", 4);
    const Made second = make_map(BPF_MAP_TYPE_HASH, "connection_tabl (id 2)", 4);
    const Made alone = make_map(BPF_MAP_TYPE_HASH, "backends_by_add", 4);
    const Made v4 = make_map(BPF_MAP_TYPE_HASH, "connection_table_v4", 4);
    const Made v6 = make_map(BPF_MAP_TYPE_HASH, "connection_table_v6", 4);
    const Made backends = make_map(BPF_MAP_TYPE_HASH, "backends_by_address", 4);
    ASSERT_NO_FATAL_FAILURE(fill(first, 2));
    ASSERT_NO_FATAL_FAILURE(fill(second, 3));
    ASSERT_NO_FATAL_FAILURE(fill(alone, 4));
    const Result<MapState> state = MapState::save({first.map, second.map, alone.map});
    ASSERT_TRUE(state) << state.error().text();
    const std::vector<TypedMap> targets{v4.map, v6.map, backends.map};
    const MapState::Copying plan = state->plan_copy(targets);
    EXPECT_EQ(plan.copied, std::vector<std::string>{"backends_by_address (4 entries)"});
    ASSERT_EQ(plan.not_copied.size(), 2U);
    EXPECT_NE(plan.not_copied[0].find("cannot be told"), std::string::npos) << plan.not_copied[0];
    ASSERT_TRUE(state->copy_to(targets));
    EXPECT_EQ(count(v4), 0U);
    EXPECT_EQ(count(v6), 0U);
    EXPECT_EQ(count(backends), 4U);
}

TEST_F(MapStateCopies, NothingIfSeveralMapsWouldGetTheSame) {
    const Made one = make_map(BPF_MAP_TYPE_HASH, "connection_tabl", 4);
    const Made v4 = make_map(BPF_MAP_TYPE_HASH, "connection_table_v4", 4);
    const Made v6 = make_map(BPF_MAP_TYPE_HASH, "connection_table_v6", 4);
    ASSERT_NO_FATAL_FAILURE(fill(one, 2));
    const Result<MapState> state = MapState::save({one.map});
    ASSERT_TRUE(state) << state.error().text();
    EXPECT_TRUE(state->plan_copy({v4.map, v6.map}).copied.empty());
    EXPECT_EQ(state->plan_copy({v4.map}).copied.size(), 1U);
}

}  // namespace
}  // namespace xdpbench::bpf
