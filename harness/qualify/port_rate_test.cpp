#include "qualify/port_rate.h"

#include <gtest/gtest.h>

namespace xdpbench::qualify {
namespace {

using model::Finding;
using model::RateLimit;

RateCounts counts_of(std::uint64_t sent, std::uint64_t handled) {
    RateCounts counts;
    counts.sent = sent;
    counts.handled = handled;
    counts.send_seconds = counts.seconds = 1;
    return counts;
}

TEST(PortRate, ALineCarriesPreambleAndGapToo) {
    EXPECT_NEAR(line_rate(10'000, {64}), 14'880'952, 1);
    EXPECT_NEAR(line_rate(1'000, {1518}), 81'274, 1);
    EXPECT_NEAR(line_rate(1'000, {64, 1518}), 1e9 / 8 / 811, 1);
}

TEST(PortRate, WhatLimitsARate) {
    const double line = 1e6;
    EXPECT_EQ(rate_of(counts_of(500'000, 500'000), "64", line).limit, RateLimit::generator);
    EXPECT_EQ(rate_of(counts_of(1'200'000, 990'000), "64", line).limit, RateLimit::line);
    EXPECT_EQ(rate_of(counts_of(500'000, 400'000), "64", line).limit, RateLimit::port);
    RateCounts peer = counts_of(500'000, 400'000);
    peer.not_sent_by_peer = 100'000;
    EXPECT_EQ(rate_of(peer, "64", line).limit, RateLimit::generator);
    RateCounts out = counts_of(500'000, 500'000);
    out.copies = 2;
    out.arrived = 600'000;
    EXPECT_EQ(rate_of(out, "64", line).limit, RateLimit::way_out);
    // No link is faster than its line: then its speed is a name only.
    EXPECT_EQ(rate_of(counts_of(3'000'000, 3'000'000), "64", line).limit, RateLimit::generator);
}

TEST(PortRate, ASlowPortFailsAndASlowGeneratorDecidesNothing) {
    const double line = 1e6;
    const LeastRate half{0, 0.5, "50%"};
    const auto judged = [&](std::uint64_t sent, std::uint64_t handled) {
        return judge_rates({rate_of(counts_of(sent, handled), "64", line)}, half, "").finding;
    };
    EXPECT_EQ(judged(600'000, 600'000), Finding::pass);
    EXPECT_EQ(judged(900'000, 400'000), Finding::fail);
    EXPECT_EQ(judged(400'000, 400'000), Finding::invalid);
}

TEST(PortRate, ANumberOfFramesIsAskedOfTheShortestOnly) {
    const LeastRate least{500'000, 0, "500kpps"};
    const auto rate = [](const char* frames) {
        return rate_of(counts_of(900'000, 400'000), frames, 0);
    };
    EXPECT_EQ(judge_rates({rate("1518")}, least, "").finding, Finding::pass);
    EXPECT_EQ(judge_rates({rate("64")}, least, "").finding, Finding::fail);
    EXPECT_EQ(judge_rates({rate("64, 2 queues")}, least, "").finding, Finding::fail);
}

TEST(PortRate, AtLeastIsAShareOrARate) {
    EXPECT_EQ(parse_least_rate("50%")->share, 0.5);
    EXPECT_EQ(parse_least_rate("1Mpps")->pps, 1e6);
    const auto wrong = parse_least_rate("fast");
    ASSERT_FALSE(wrong);
    EXPECT_NE(wrong.error().what.find("--at-least fast"), std::string::npos) << wrong.error().what;
}

}  // namespace
}  // namespace xdpbench::qualify
