#include "bpf/entry_refusal.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace xdpbench::bpf {
namespace {

std::vector<std::uint8_t> words(std::uint32_t first, std::uint32_t second) {
    const std::array<std::uint32_t, 2> both{first, second};
    std::vector<std::uint8_t> bytes(sizeof(both));
    std::memcpy(bytes.data(), both.data(), sizeof(both));
    return bytes;
}

std::string cause(std::uint32_t kind, const std::vector<std::uint8_t>& value, int number) {
    return why_refused({kind, 64, value}, number).cause;
}

TEST(EntryRefusal, OfACpuMap) {
    EXPECT_EQ(cause(BPF_MAP_TYPE_CPUMAP, words(16385, 0), EOVERFLOW),
              "qsize 16385 is more than 16384, the kernel's limit");
    EXPECT_TRUE(cause(BPF_MAP_TYPE_CPUMAP, words(8, 0), ENODEV).starts_with("the key is a CPU"));
    EXPECT_EQ(cause(BPF_MAP_TYPE_CPUMAP, words(8, 9999), EINVAL),
              "9999 is no descriptor of a program");
    EXPECT_EQ(cause(BPF_MAP_TYPE_CPUMAP, words(8, 0), ENOMEM), "");
    EXPECT_NE(why_not_stored({BPF_MAP_TYPE_CPUMAP, 64, words(0, 0)}).cause, "");
    EXPECT_EQ(why_not_stored({BPF_MAP_TYPE_CPUMAP, 64, words(1, 0)}).cause, "");
    EXPECT_EQ(why_not_stored({BPF_MAP_TYPE_ARRAY, 64, words(0, 0)}).cause, "");
}

TEST(EntryRefusal, OfADeviceMapAndAProgramArray) {
    EXPECT_EQ(cause(BPF_MAP_TYPE_DEVMAP, words(2000000000, 0), EINVAL),
              "there is no interface with index 2000000000 in this network namespace");
    EXPECT_EQ(cause(BPF_MAP_TYPE_PROG_ARRAY, words(9999, 0), EBADF),
              "9999 is no descriptor of a program");
}

TEST(EntryRefusal, ForWantOfRoom) {
    EXPECT_EQ(cause(BPF_MAP_TYPE_DEVMAP, words(1, 0), E2BIG),
              "the map has 64 entries: the key is beyond them");
    EXPECT_EQ(cause(BPF_MAP_TYPE_HASH, words(1, 0), E2BIG),
              "the map has 64 entries, and all are taken");
}

}  // namespace
}  // namespace xdpbench::bpf
