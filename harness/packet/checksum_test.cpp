#include "packet/checksum.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <vector>

namespace xdpbench::packet {
namespace {

// RFC 1071, section 3: the words 0001 f203 f4f5 f6f7 sum up to ddf2.
TEST(InternetChecksum, Rfc1071Example) {
    const std::array<std::uint8_t, 8> data{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    EXPECT_EQ(internet_checksum(data), static_cast<std::uint16_t>(~0xddf2U));
}

TEST(InternetChecksum, OddLastByteIsPaddedBehind) {
    const std::array<std::uint8_t, 1> one{0x12};
    const std::array<std::uint8_t, 3> three{0x00, 0x01, 0xf2};
    EXPECT_EQ(internet_checksum(one), 0xedff);
    EXPECT_EQ(internet_checksum(three), static_cast<std::uint16_t>(~0xf201U));
}

TEST(InternetChecksum, Empty) { EXPECT_EQ(internet_checksum({}), 0xffff); }

// A header that many textbooks use; its checksum is b861.
TEST(InternetChecksum, Ipv4Header) {
    std::array<std::uint8_t, 20> header{0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
                                        0x00, 0x00, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};
    EXPECT_EQ(internet_checksum(header), 0xb861);
    header[10] = 0xb8;
    header[11] = 0x61;
    EXPECT_EQ(internet_checksum(header), 0);
}

TEST(InternetChecksum, InitialSumContinues) {
    const std::vector<std::uint8_t> whole{0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    const std::vector<std::uint8_t> tail{0xf4, 0xf5, 0xf6, 0xf7};
    EXPECT_EQ(internet_checksum(tail, 0xf203), internet_checksum(whole));
}

TEST(InternetChecksum, CarriesOfLargeData) {
    const std::vector<std::uint8_t> ones(1 << 20, 0xff);
    EXPECT_EQ(internet_checksum(ones), 0);
    EXPECT_EQ(internet_checksum(ones, 0xffff'ffff), 0);
    std::vector<std::uint8_t> more = ones;
    more.insert(more.end(), {0x00, 0x01});
    EXPECT_EQ(internet_checksum(more), 0xfffe);
}

}  // namespace
}  // namespace xdpbench::packet
