#include "target/map_text.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <cstring>
#include <vector>

namespace xdpbench::target {
namespace {

// A map whose values are numbers of 8 bytes, without types.
bpf::TypedMap map_of(bpf_map_type kind) {
    bpf::TypedMap map;
    map.name = "hits";
    map.kind = kind;
    map.max_entries = 4;
    map.key.size = 4;
    map.value.size = 8;
    return map;
}

bpf::MapBytes memory_of(const std::vector<std::uint64_t>& values) {
    bpf::MapBytes memory(values.size() * sizeof(std::uint64_t));
    std::memcpy(memory.data(), values.data(), memory.size());
    return memory;
}

std::string per_cpu(const std::vector<std::uint64_t>& values) {
    return value_text(map_of(BPF_MAP_TYPE_PERCPU_ARRAY), memory_of(values));
}

TEST(ValueText, OfOrdinaryMapsIsTheValue) {
    EXPECT_EQ(value_text(map_of(BPF_MAP_TYPE_HASH), memory_of({7})), "7");
}

TEST(ValueText, OfPerCpuMapsIsWhatEachCpuHas) {
    EXPECT_EQ(per_cpu({7}), "7");
    EXPECT_EQ(per_cpu({2, 2}), "2 on each of 2 CPUs");
    EXPECT_EQ(per_cpu({0, 0, 0}), "0 on each of 3 CPUs");
    EXPECT_EQ(per_cpu({2, 0, 3}), "5 in sum: CPU 0: 2, CPU 2: 3");
    EXPECT_EQ(per_cpu({0, 4}), "4 in sum: CPU 1: 4");
}

TEST(ValueText, OfManyCpusIsCutAndTheRestCounted) {
    std::vector<std::uint64_t> values(20, 1);
    values[0] = 2;
    const std::string text = per_cpu(values);
    EXPECT_NE(text.find("21 in sum: CPU 0: 2, CPU 1: 1"), std::string::npos) << text;
    EXPECT_TRUE(text.ends_with("CPU 15: 1, ... 4 CPUs more")) << text;
}

TEST(PlaceText, IsAsOnTheCommandLine) {
    EXPECT_EQ(place_text(map_of(BPF_MAP_TYPE_HASH), {1, 0, 0, 0}), "hits[1]");
}

}  // namespace
}  // namespace xdpbench::target
