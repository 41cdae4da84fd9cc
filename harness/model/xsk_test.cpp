#include "model/xsk.h"

#include <gtest/gtest.h>

namespace xdpbench::model {
namespace {

TEST(XskModeTest, IsReadAsItIsWritten) {
    for (const XskMode mode : {XskMode::automatic, XskMode::copy, XskMode::zero_copy})
        EXPECT_EQ(parse_xsk_mode(name_of(mode)), mode);
    EXPECT_EQ(parse_xsk_mode("zerocopy"), std::nullopt);
}

TEST(XskTallyTest, AddsAndSubtractsEachFigure) {
    XskTally sum{10, 4, 2};
    sum += {5, 1, 1};
    EXPECT_EQ(sum.frames, 15U);
    EXPECT_DOUBLE_EQ(sum.frames_per_batch(), 3);
    const XskTally rest = sum - XskTally{10, 4, 2};
    EXPECT_EQ(rest.frames, 5U);
    EXPECT_EQ(rest.batches, 1U);
    EXPECT_EQ(rest.wakeups, 1U);
    EXPECT_DOUBLE_EQ(XskTally{}.frames_per_batch(), 0);
}

}  // namespace
}  // namespace xdpbench::model
