#include "net/ip_batch.h"

#include <gtest/gtest.h>

namespace xdpbench::net {
namespace {

constexpr const char* kCommands =
    "link add tester0 type veth peer name dut0\n"
    "link add link dut0 name dut0.7 type vlan id 7\n"
    "link add br0 type bridge stp_state 0\n"
    "link add x type ipvlan\n";

Error unknown_type(int line) {
    return ip_batch_error(
        kCommands, 1,
        "Error: Unknown device type.\nCommand failed -:" + std::to_string(line) + "\n");
}

TEST(IpBatch, NamesTheDriverThatTheKernelLacks) {
    EXPECT_EQ(unknown_type(1).cause, "this kernel has no veth driver");
    EXPECT_EQ(unknown_type(2).cause, "this kernel has no 8021q driver");
    EXPECT_EQ(unknown_type(2).advice,
              "load it (modprobe 8021q) or use a kernel with CONFIG_VLAN_8021Q");
    EXPECT_EQ(unknown_type(3).cause, "this kernel has no bridge driver");
    EXPECT_EQ(unknown_type(2).kind, ErrorKind::unavailable);
}

TEST(IpBatch, QuotesTheCommandOfADriverThatItDoesNotKnow) {
    EXPECT_EQ(unknown_type(4).cause, "this kernel has no driver for it: ip link add x type ipvlan");
    EXPECT_EQ(ip_batch_error(kCommands, 1, "Error: Unknown device type.").cause,
              "this kernel has no driver for it");
    EXPECT_EQ(unknown_type(99).cause, "this kernel has no driver for it");
}

TEST(IpBatch, OtherFailuresAreOnesOfTheSystem) {
    EXPECT_EQ(ip_batch_error(kCommands, 2, "RTNETLINK answers: File exists").kind,
              ErrorKind::system);
    EXPECT_EQ(ip_batch_error(kCommands, 2, "RTNETLINK answers: Operation not permitted").kind,
              ErrorKind::unavailable);
}

}  // namespace
}  // namespace xdpbench::net
