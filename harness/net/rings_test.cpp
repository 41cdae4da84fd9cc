#include "net/rings.h"

#include <gtest/gtest.h>

namespace xdpbench::net {
namespace {

using Table = std::vector<std::uint32_t>;

TEST(RssTable, IsEvenIfAllQueuesHaveAsManyEntries) {
    EXPECT_TRUE(is_even(Table{0, 1, 0, 1}, 2));
    EXPECT_TRUE(is_even(Table{0, 0, 1, 1}, 2));
    EXPECT_TRUE(is_even(Table{0, 1, 2, 0}, 3));  // four entries cannot be shared by three
    EXPECT_TRUE(is_even(Table{0, 0}, 1));
}

TEST(RssTable, IsUnevenIfAQueueHasMore) {
    EXPECT_FALSE(is_even(Table{0, 0, 0, 1}, 2));
    EXPECT_FALSE(is_even(Table{0, 0, 0, 0}, 2));
    EXPECT_FALSE(is_even(Table{0, 1, 0, 1}, 4));
    EXPECT_FALSE(is_even(Table{0, 2, 0, 2}, 2));  // of queues that are no more
}

}  // namespace
}  // namespace xdpbench::net
