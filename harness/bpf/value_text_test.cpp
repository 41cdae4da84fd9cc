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

// On a little-endian machine a bit field begins with the lowest bit of a byte.
TEST(ValueText, BitsAreInTheirPlaceAndNothingElseIs) {
    std::array<std::uint8_t, 3> out{0xff, 0xff, 0xff};
    store_bits(0, {6, 12}, out);
    EXPECT_EQ(out, (std::array<std::uint8_t, 3>{0x3f, 0x00, 0xfc}));
    store_bits(0xabc, {6, 12}, out);
    EXPECT_EQ(load_bits(out, {6, 12}, false), 0xabcU);
    EXPECT_EQ(out[0] & 0x3f, 0x3f);
    EXPECT_EQ(out[2] & 0xfc, 0xfc);
    EXPECT_EQ(load_bits(out, {6, 12}, true), ~std::uint64_t{0} - 0xfff + 0xabc) << "negative";
    std::array<std::uint8_t, 9> wide{};
    store_bits(~std::uint64_t{0}, {4, 64}, wide);
    EXPECT_EQ(load_bits(wide, {4, 64}, true), ~std::uint64_t{0});
    EXPECT_EQ(wide[0], 0xf0);
    EXPECT_EQ(wide[8], 0x0f);
}

TEST(ValueText, ABitFieldHoldsWhatItsBitsDo) {
    EXPECT_TRUE(fits_bits({false, 7}, 3, false));
    EXPECT_FALSE(fits_bits({false, 8}, 3, false));
    EXPECT_TRUE(fits_bits({true, 4}, 3, true));
    EXPECT_FALSE(fits_bits({false, 4}, 3, true));
}

}  // namespace
}  // namespace xdpbench::bpf
