#include "traffic/generator_maximum.h"

#include <gtest/gtest.h>

#include <vector>

#include "traffic/generator_group.h"

namespace xdpbench::traffic {
namespace {

TEST(GeneratorMaximum, IsTheBestOfTheAttempts) {
    std::vector<FlatOut> attempts{{1000, 0, 1}, {3000, 500, 1}, {2000, 0, 2}};
    std::size_t tried = 0;
    const Result<double> most =
        find_generator_maximum(3, [&]() -> Result<FlatOut> { return attempts.at(tried++); });
    ASSERT_TRUE(most);
    EXPECT_EQ(tried, 3U);
    EXPECT_DOUBLE_EQ(*most, 2500) << "what the port refused did not leave";
}

TEST(GeneratorMaximum, EndsWhenThreeAttemptsWereNoBetter) {
    const std::vector<double> rates{100, 90, 200, 201, 150, 199, 900};
    std::size_t tried = 0;
    const Result<double> most = find_generator_maximum(10, [&]() -> Result<FlatOut> {
        return FlatOut{static_cast<std::uint64_t>(rates.at(tried++)), 0, 1};
    });
    ASSERT_TRUE(most);
    EXPECT_EQ(tried, 6U);
    EXPECT_DOUBLE_EQ(*most, 201) << "less than 1 % more is no better, but it counts";
}

TEST(GeneratorMaximum, AnAttemptThatFailsIsTheResult) {
    const Result<double> most = find_generator_maximum(
        3, []() -> Result<FlatOut> { return unavailable_error("no way out"); });
    ASSERT_FALSE(most);
    EXPECT_EQ(most.error().what, "no way out");
}

TEST(GeneratorMaximum, CallsBecomeLongerWhileTheyAreShort) {
    std::vector<std::uint64_t> calls;
    const Result<Offer> offer = send_for(1e-3, [&](std::uint64_t frames) -> Result<void> {
        calls.push_back(frames);
        return {};
    });
    ASSERT_TRUE(offer);
    EXPECT_EQ(calls.at(0), 256U);
    EXPECT_EQ(calls.at(1), 512U);
    std::uint64_t sum = 0;
    for (const std::uint64_t frames : calls) sum += frames;
    EXPECT_EQ(offer->frames, sum);
    EXPECT_GE(offer->seconds, 1e-3);
}

}  // namespace
}  // namespace xdpbench::traffic
