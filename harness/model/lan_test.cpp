#include "model/lan.h"

#include <gtest/gtest.h>

#include <numeric>

namespace xdpbench::model {
namespace {

TEST(Lan, AStepSaysWhoAnsweredWhat) {
    EXPECT_EQ(lan_text({"ping 3", "", 3, 3, {{"b1", {1, 3}}, {"b2", {2}}}}),
              "ping 3: 3 answered (b1: 1, 3; b2: 2)");
    EXPECT_EQ(lan_text({"ping 2", "", 2, 0, {}}), "ping 2: 0 answered");
    EXPECT_EQ(lan_text({"set blocked[192.168.1.1] = 1", "", 0, 0, {}}),
              "set blocked[192.168.1.1] = 1");
}

TEST(Lan, ALongListIsCutAndCounted) {
    std::vector<std::uint64_t> numbers(20);
    std::iota(numbers.begin(), numbers.end(), 1);
    EXPECT_EQ(sequence_text(numbers), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 ... (20)");
    EXPECT_EQ(sequence_text({}), "none");
}

}  // namespace
}  // namespace xdpbench::model
