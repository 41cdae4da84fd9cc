#include "bpf/cpus.h"

#include <gtest/gtest.h>

namespace xdpbench::bpf {
namespace {

using Cpus = std::vector<int>;

TEST(CpuList, IsReadAsTheKernelWritesIt) {
    EXPECT_EQ(parse_cpu_list("3"), Cpus{3});
    EXPECT_EQ(parse_cpu_list("0,2-4\n"), (Cpus{0, 2, 3, 4}));
    EXPECT_EQ(parse_cpu_list("4,0-1,1"), (Cpus{0, 1, 4})) << "ascending, each once";
}

TEST(CpuList, NothingElseIsOne) {
    for (const char* const text : {"", ",", "1,", "a", "1-", "-1", "3-2", "0-99999999", "1 2"})
        EXPECT_FALSE(parse_cpu_list(text)) << text;
}

}  // namespace
}  // namespace xdpbench::bpf
