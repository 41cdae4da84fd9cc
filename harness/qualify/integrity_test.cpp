#include "qualify/integrity.h"

#include <gtest/gtest.h>

#include <utility>

#include "qualify/frames.h"

namespace xdpbench::qualify {
namespace {

constexpr std::size_t kFlows = 2;

packet::Frames sent() { return make_frames({2, 0, 0, 0, 0, 1}, 10, 80, kFlows); }

TEST(Fates, OfAFaultlessPortAreNone) {
    const Fates fates = fates_of(sent(), sent(), kFlows);
    EXPECT_EQ(fates.lost + fates.damaged + fates.wrong_length + fates.copies + fates.overtaken, 0U);
}

TEST(Fates, LossCopiesAndDamageAreToldApart) {
    packet::Frames arrived = sent();
    arrived[3].bytes[40] ^= 0x10U;
    arrived[5].bytes.resize(76);
    arrived.push_back(arrived[9]);
    arrived.erase(arrived.begin() + 1);
    const Fates fates = fates_of(sent(), arrived, kFlows);
    EXPECT_EQ(fates.lost, 1U);
    EXPECT_EQ(fates.damaged, 1U);
    EXPECT_EQ(fates.wrong_length, 1U);
    EXPECT_EQ(fates.copies, 1U);
    EXPECT_EQ(fates.overtaken, 0U);
    EXPECT_EQ(fates.first_wrong_length, "sent 80 bytes, arrived 76 bytes");
}

TEST(Fates, OrderMattersWithinAFlow) {
    packet::Frames arrived = sent();
    std::swap(arrived[4], arrived[5]);  // of two flows
    EXPECT_EQ(fates_of(sent(), arrived, kFlows).overtaken, 1U);
    EXPECT_EQ(fates_of(sent(), arrived, kFlows).overtaken_in_flow, 0U);
    std::swap(arrived[6], arrived[8]);  // of one
    EXPECT_EQ(fates_of(sent(), arrived, kFlows).overtaken_in_flow, 1U);
}

}  // namespace
}  // namespace xdpbench::qualify
