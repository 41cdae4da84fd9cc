#include "base/number.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace xdpbench {
namespace {

TEST(ParseNumber, TakesTheWholeText) {
    EXPECT_EQ(parse_number<int>("42"), 42);
    EXPECT_EQ(parse_number<int>("-42"), -42);
    EXPECT_EQ(parse_number<std::uint64_t>("18446744073709551615"), UINT64_MAX);
    EXPECT_EQ(parse_number<std::uint64_t>("ff", 16), 255U);
    EXPECT_EQ(parse_number<double>("1.5"), 1.5);
}

TEST(ParseNumber, RejectsEverythingElse) {
    for (const std::string text : {"", " 1", "1 ", "+1", "1x", "0x1", "one", "1.5"})
        EXPECT_EQ(parse_number<int>(text), std::nullopt) << text;
    EXPECT_EQ(parse_number<double>("1.5s"), std::nullopt);
    EXPECT_EQ(parse_number<double>(""), std::nullopt);
}

TEST(ParseNumber, RejectsWhatDoesNotFit) {
    EXPECT_EQ(parse_number<std::uint8_t>("256"), std::nullopt);
    EXPECT_EQ(parse_number<std::uint64_t>("-1"), std::nullopt);
    EXPECT_EQ(parse_number<std::uint64_t>("18446744073709551616"), std::nullopt);
}

TEST(ParseQuantity, SplitsNumberAndUnit) {
    using Quantity = std::pair<double, std::string_view>;
    EXPECT_EQ(parse_quantity("1.5Mpps"), Quantity(1.5, "Mpps"));
    EXPECT_EQ(parse_quantity("3"), Quantity(3, ""));
    EXPECT_EQ(parse_quantity("0.5 %"), Quantity(0.5, " %"));
    for (const std::string text : {"", "s", "inf", "nan"})
        EXPECT_EQ(parse_quantity(text), std::nullopt) << text;
}

}  // namespace
}  // namespace xdpbench
