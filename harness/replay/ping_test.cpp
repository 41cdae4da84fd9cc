#include "replay/ping.h"

#include <gtest/gtest.h>

namespace xdpbench::replay {
namespace {

TEST(Ping, RepliesAreReadWithTheHostThatAnswered) {
    const std::vector<PingReply> expected{
        {"192.168.1.3", 1}, {"192.168.1.4", 2}, {"192.168.1.4", 2}};
    EXPECT_EQ(
        parse_ping("PING 192.168.1.2 (192.168.1.2) 56(84) bytes of data.\n"
                   "64 bytes from 192.168.1.3: icmp_seq=1 ttl=64 time=0.1 ms (DIFFERENT ADDRESS!)\n"
                   "64 bytes from 192.168.1.4: icmp_seq=2 ttl=64 time=0.1 ms\n"
                   "64 octets de 192.168.1.4 : icmp_seq=2 ttl=64 temps=0.2 ms (DUP!)\n"
                   "\n--- 192.168.1.2 ping statistics ---\n"
                   "2 packets transmitted, 2 received, +1 duplicates, 0% packet loss\n"),
        expected);
}

TEST(Ping, WhatIsNoReplyIsNone) {
    EXPECT_TRUE(parse_ping("PING 192.168.1.2 (192.168.1.2) 56(84) bytes of data.\n"
                           "From 192.168.1.1 icmp_seq=1 Destination Host Unreachable\n"
                           "64 bytes from 192.168.1.3: icmp_seq=x ttl=64\n"
                           "1 packets transmitted, 0 received, 100% packet loss, time 0ms\n")
                    .empty());
}

}  // namespace
}  // namespace xdpbench::replay
