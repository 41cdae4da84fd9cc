#include "bench/fragments.h"

#include <gtest/gtest.h>

namespace xdpbench::bench {
namespace {

constexpr std::size_t kPage = 4096;

packet::Frames frames_of(const std::vector<std::size_t>& lengths) {
    packet::Frames frames;
    for (const std::size_t length : lengths)
        frames.push_back({std::vector<std::uint8_t>(length), 0});
    return frames;
}

TEST(Fragments, AreThePagesBehindTheLinearPart) {
    EXPECT_EQ(fragments_of(60, kPage), 0U);
    EXPECT_EQ(fragments_of(3520, kPage), 0U);
    EXPECT_EQ(fragments_of(3521, kPage), 1U);
    EXPECT_EQ(fragments_of(3520 + 4096, kPage), 1U);
    EXPECT_EQ(fragments_of(9000, kPage), 2U);
    EXPECT_EQ(fragments_of(9000, 65536), 0U);
}

TEST(Fragments, OfOneNumberAreTimedTogether) {
    EXPECT_TRUE(require_same_fragments({}, kPage));
    EXPECT_TRUE(require_same_fragments(frames_of({60, 3520, 1514}), kPage));
    EXPECT_TRUE(require_same_fragments(frames_of({9000, 8000}), kPage));
}

TEST(Fragments, OfSeveralNumbersAreNot) {
    const auto mixed = require_same_fragments(frames_of({9000, 4097, 9000}), kPage);
    ASSERT_FALSE(mixed);
    EXPECT_EQ(mixed.error().kind, ErrorKind::unavailable);
    EXPECT_NE(mixed.error().text().find("one of 4,097 bytes has 1, one of 9,000 bytes has 2"),
              std::string::npos)
        << mixed.error().text();
}

}  // namespace
}  // namespace xdpbench::bench
