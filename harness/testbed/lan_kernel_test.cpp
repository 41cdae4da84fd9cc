// The LAN by itself: hosts that know each other's addresses, and whatever a program there may send.
#include <gtest/gtest.h>

#include "base/child.h"
#include "bpf/fixture_test.h"
#include "testbed/lan.h"

namespace xdpbench::testbed {
namespace {

class LanTest : public bpf::KernelTest {};

TEST_F(LanTest, WithoutAProgramPingIsAnsweredByTheHostItself) {
    if (const auto there = run_child({"ping", "-V"}); !there) GTEST_SKIP() << there.error().text();
    const auto lan = Lan::create({{{}, "client", "192.168.1.1", "02:00:00:00:01:01"},
                                  {{}, "dut", "192.168.1.2", "02:00:00:00:01:02"}});
    ASSERT_TRUE(lan) << lan.error().text();
    ASSERT_EQ(lan->network.hosts.size(), 2U);
    const auto inside = net::InNetNs::enter(lan->network.hosts[0].netns);
    ASSERT_TRUE(inside) << inside.error().text();
    const auto ping = run_child({"ping", "-n", "-c", "2", "-i", "0.05", "-W", "20", "192.168.1.2"});
    ASSERT_TRUE(ping) << ping.error().text();
    EXPECT_EQ(ping->exit_code, 0) << ping->out;
    EXPECT_EQ(ping->out.find("DIFFERENT ADDRESS"), std::string::npos) << ping->out;
}

}  // namespace
}  // namespace xdpbench::testbed
