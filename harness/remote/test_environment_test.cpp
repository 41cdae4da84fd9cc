#include "remote/test_environment.h"

#include <gtest/gtest.h>

namespace xdpbench::remote {
namespace {

TEST(TestEnvironment, TheFileReplacesTheEnvironment) {
    TestVariables variables{{"NETIF", "eth0"}, {"REMOTE_ARGS", "old"}};
    const Result<void> read = read_net_config(
        "# ports\nNETIF = eth1\n\nREMOTE_V4=\"192.0.2.2\"  # peer\nREMOTE_TYPE=ssh\n", "net.config",
        variables);
    ASSERT_TRUE(read) << read.error().text();
    const Result<TestEnvironment> found = test_environment(variables);
    ASSERT_TRUE(found) << found.error().text();
    EXPECT_EQ(found->device, "eth1");
    EXPECT_EQ(found->peer_address(), "192.0.2.2");
    EXPECT_EQ(found->remote->text(), "ssh:old");
}

TEST(TestEnvironment, WhatIsMissingIsNamed) {
    const auto error = [](const TestVariables& variables) {
        const Result<TestEnvironment> found = test_environment(variables);
        return found ? std::string() : found.error().what;
    };
    EXPECT_NE(error({}).find("NETIF"), std::string::npos);
    EXPECT_EQ(error({{"NETIF", "eth1"}}), "");
    EXPECT_NE(error({{"NETIF", "eth1"}, {"REMOTE_TYPE", "telnet"}}).find("telnet"),
              std::string::npos);
    EXPECT_NE(error({{"NETIF", "eth1"}, {"REMOTE_TYPE", "ssh"}}).find("REMOTE_ARGS"),
              std::string::npos);
    EXPECT_NE(error({{"NETIF", "eth1"}, {"REMOTE_TYPE", "netns"}, {"REMOTE_ARGS", "b"}})
                  .find("REMOTE_V4"),
              std::string::npos);
    TestVariables variables;
    const Result<void> read = read_net_config("NETIF=a\nrubbish\n", "net.config", variables);
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().what.find("net.config:2"), std::string::npos);
}

TEST(Place, IsAChannelAndATarget) {
    const Result<Place> ssh = parse_place("ssh:-p 2222 root@host");
    ASSERT_TRUE(ssh);
    EXPECT_EQ(ssh->channel, Channel::ssh);
    EXPECT_EQ(ssh->target, "-p 2222 root@host");
    EXPECT_EQ(parse_place("netns:far")->text(), "netns:far");
    for (const char* const wrong : {"", "ssh", "ssh:", "netns: ", "rsh:host", "host"})
        EXPECT_FALSE(parse_place(wrong)) << wrong;
}

}  // namespace
}  // namespace xdpbench::remote
