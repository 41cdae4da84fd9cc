#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include <cstdint>

#include "bpf/fixture_test.h"
#include "bpf/map_state.h"

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

}  // namespace
}  // namespace xdpbench::bpf
