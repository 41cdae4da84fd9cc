#include "bpf/value_text.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace xdpbench::bpf {
namespace {

// BTF that somebody made may have integers of any size.
TEST(ValueText, IntegersOfOddSizesAreWithinBounds) {
    EXPECT_EQ(number_text(7, 0, true), "7");
    EXPECT_EQ(number_text(0xffff, 2, true), "-1");
    EXPECT_EQ(number_text(~std::uint64_t{0}, 16, true), "-1");
    EXPECT_TRUE(fits({false, ~std::uint64_t{0}}, 16, true));
    EXPECT_FALSE(fits({true, 1}, 16, true));
}

TEST(ValueText, MoreThanEightBytesAreFilledWithZeros) {
    std::array<std::uint8_t, 16> out{};
    out.fill(0xee);
    store(0x0102, out, false);
    EXPECT_EQ(out, (std::array<std::uint8_t, 16>{2, 1}));
    out.fill(0xee);
    store(0x0102, out, true);
    EXPECT_EQ(out[15], 2);
    EXPECT_EQ(out[14], 1);
    EXPECT_EQ(out[0], 0);
}

}  // namespace
}  // namespace xdpbench::bpf
