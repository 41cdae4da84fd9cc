#include "report/program_text.h"

#include <gtest/gtest.h>

namespace xdpbench::report {
namespace {

TEST(LanText, SaysWhoAnsweredWhat) {
    EXPECT_EQ(lan_text({"ping 3", "", 3, 3, {{"b1", {1, 3}}, {"b2", {2}}}}),
              "ping 3: 3 answered (b1: 1, 3; b2: 2)");
    EXPECT_EQ(lan_text({"ping 2", "", 2, 0, {}}), "ping 2: 0 answered");
    EXPECT_EQ(lan_text({"set blocked[192.168.1.1] = 1", "", 0, 0, {}}),
              "set blocked[192.168.1.1] = 1");
}

}  // namespace
}  // namespace xdpbench::report
