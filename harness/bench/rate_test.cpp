#include "bench/rate.h"

#include <gtest/gtest.h>

#include "traffic/generator.h"

namespace xdpbench::bench {
namespace {

TEST(Rate, UnitsAndShares) {
    EXPECT_EQ(parse_rate("80pps")->pps, 80);
    EXPECT_EQ(parse_rate("500kpps")->pps, 500e3);
    EXPECT_EQ(parse_rate("1.5Mpps")->pps, 1.5e6);
    EXPECT_EQ(parse_rate("1.5Mpps")->share, 0);
    EXPECT_DOUBLE_EQ(parse_rate("50%")->share, 0.5);
    EXPECT_EQ(parse_rate("50%")->pps, 0);
}

TEST(Rate, WhatIsWrongIsSaid) {
    for (const auto& [text, said] :
         {std::pair{"500", "has no unit"}, std::pair{"5mpps", "no unit mpps"},
          std::pair{"fast", "is not a rate"}, std::pair{"0pps", "is not between"},
          std::pair{"-5kpps", "is not between"}, std::pair{"200000Mpps", "is not between"},
          std::pair{"infpps", "is not a rate"}, std::pair{"0%", "is not a share"},
          std::pair{"101%", "is not a share"}, std::pair{"", "is not a rate"}}) {
        const auto rate = parse_rate(text);
        ASSERT_FALSE(rate) << text;
        EXPECT_NE(rate.error().what.find(said), std::string::npos) << rate.error().what;
        EXPECT_EQ(rate.error().kind, ErrorKind::input);
    }
}

TEST(Share, MayBeZeroWhereThatMakesSense) {
    EXPECT_EQ(parse_share("--loss", "0", 0), 0);
    EXPECT_EQ(parse_share("--loss", "0%", 0), 0);
    EXPECT_DOUBLE_EQ(*parse_share("--loss", "0.5%", 0), 0.005);
    EXPECT_FALSE(parse_share("--loss", "0.5", 0)) << "without the sign it might mean either";
    EXPECT_FALSE(parse_share("--width", "0", 0.0001));
}

// Few at a low rate, because they leave together; never more than half a ring.
TEST(Burst, FollowsTheRate) {
    EXPECT_EQ(traffic::burst_of(1), 1);
    EXPECT_EQ(traffic::burst_of(50e3), 1);
    EXPECT_EQ(traffic::burst_of(500e3), 8);
    EXPECT_EQ(traffic::burst_of(traffic::kHighestRate), 128);
}

}  // namespace
}  // namespace xdpbench::bench
