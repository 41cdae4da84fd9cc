// What a scenario says of many map entries and of the network.
#include <gtest/gtest.h>

#include "scenario/parse.h"

namespace xdpbench::scenario {
namespace {

Result<Scenario> parsed(const std::string& part) {
    return parse_scenario_text("name: a\nabout: b\nprogram: xdp_pass\n" + part +
                                   "bench: { traffic: udp_64.pcap, action: XDP_PASS }\n",
                               "/folder/a.yaml");
}

std::string refusal(const std::string& part) {
    const Result<Scenario> scenario = parsed(part);
    return scenario ? "" : scenario.error().text();
}

TEST(BulkContent, ARangeHasItsEndsAndPatterns) {
    const auto scenario =
        parsed("maps: { m: [ { keys: 5..9, value: { a: i } }, { key: 1, value: 2 } ] }\n");
    ASSERT_TRUE(scenario) << scenario.error().text();
    const MapContent& map = scenario->configuration.maps.front();
    ASSERT_EQ(map.bulk.size(), 1U);
    EXPECT_EQ(map.bulk[0].first, 5U);
    EXPECT_EQ(map.bulk[0].last, 9U);
    EXPECT_FALSE(map.bulk[0].addresses);
    EXPECT_EQ(*map.bulk[0].key.scalar(), "i");
    EXPECT_EQ(map.entries.size(), 1U);
}

TEST(BulkContent, ARangeOfAddressesIsOne) {
    const auto scenario = parsed("maps: { m: [ { keys: 10.0.0.0..10.0.0.255, value: 1 } ] }\n");
    ASSERT_TRUE(scenario) << scenario.error().text();
    const BulkContent& bulk = scenario->configuration.maps.front().bulk.front();
    EXPECT_TRUE(bulk.addresses);
    EXPECT_EQ(bulk.last - bulk.first, 255U);
}

TEST(BulkContent, AFileIsSeenFromTheScenario) {
    const auto scenario = parsed("maps: { m: [ { file: a.csv } ] }\n");
    ASSERT_TRUE(scenario) << scenario.error().text();
    EXPECT_EQ(scenario->configuration.maps.front().bulk.front().file, "/folder/a.csv");
}

TEST(BulkContent, WhatIsNoRangeIsRefused) {
    for (const char* const keys : {"5", "9..5", "a..b", "1..", "10.0.0.0..5"}) {
        EXPECT_NE(refusal(std::string("maps: { m: [ { keys: \"") + keys + "\", value: 1 } ] }\n")
                      .find("expected a range of keys"),
                  std::string::npos)
            << keys;
    }
}

TEST(BulkContent, AQueueHasNoKeys) {
    const auto scenario = parsed("maps: { m: [ { value: 2 } ] }\n");
    ASSERT_TRUE(scenario) << scenario.error().text();
    EXPECT_TRUE(scenario->configuration.maps.front().entries.front().keyless);
}

TEST(NetworkSetup, BecomesCommandsInTheOrderThatTheyNeed) {
    const auto scenario = parsed(
        "network:\n"
        "  sysctls: { net.ipv4.conf.all.forwarding: 1 }\n"
        "  neighbours: [ { ip: 10.0.0.2, mac: \"02:00:00:00:00:04\", dev: out0 } ]\n"
        "  routes: [ { to: default, via: 10.0.0.2, table: 7 }, { to: 10.9.0.0/16, type: blackhole "
        "} ]\n"
        "  addresses: { v5: [10.0.0.1/24], dut0: [\"2001:db8::1/64\"] }\n"
        "  devices: { v5: { vlan: 5, on: dut0 }, br0: { bridge: [out0] } }\n");
    ASSERT_TRUE(scenario) << scenario.error().text();
    ASSERT_TRUE(scenario->network);
    EXPECT_EQ(scenario->network->commands,
              (std::vector<std::string>{
                  "link add link dut0 name v5 type vlan id 5", "link set v5 up",
                  "link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
                  "link set out0 master br0", "link set br0 up", "address add 10.0.0.1/24 dev v5",
                  "address add 2001:db8::1/64 dev dut0 nodad",
                  "route add default via 10.0.0.2 table 7", "route add blackhole 10.9.0.0/16",
                  "neigh replace 10.0.0.2 lladdr 02:00:00:00:00:04 dev out0 nud permanent"}));
    EXPECT_EQ(scenario->network->sysctls.front().first, "net/ipv4/conf/all/forwarding");
}

TEST(NetworkSetup, SysctlsAreWrittenAsSysctlHasThem) {
    const auto scenario = parsed(
        "network:\n"
        "  sysctls:\n"
        "    net.ipv4.ip_local_port_range: \"1024 2048\"\n"
        "    net.ipv4.conf.dut0/7.forwarding: 1\n"
        "    net/ipv4/conf/dut0.8/forwarding: 0\n"
        "    net.ipv4.conf.all.log_martians: -1\n");
    ASSERT_TRUE(scenario) << scenario.error().text();
    EXPECT_EQ(scenario->network->sysctls, (std::vector<std::pair<std::string, std::string>>{
                                              {"net/ipv4/ip_local_port_range", "1024 2048"},
                                              {"net/ipv4/conf/dut0.7/forwarding", "1"},
                                              {"net/ipv4/conf/dut0.8/forwarding", "0"},
                                              {"net/ipv4/conf/all/log_martians", "-1"}}));
}

TEST(NetworkSetup, NothingButWordsReachesACommand) {
    EXPECT_NE(refusal("network: { routes: [ { to: \"default; x\" } ] }\n"), "");
    EXPECT_NE(refusal("network: { addresses: { \"dut0 up\": [10.0.0.1/8] } }\n"), "");
    EXPECT_NE(refusal("network: { neighbours: [ { ip: -batch, mac: a, dev: b } ] }\n"), "");
    EXPECT_NE(refusal("network: { sysctls: { kernel.panic: 1 } }\n").find("sysctl of the network"),
              std::string::npos);
    for (const char* const name : {"net../../kernel/panic", "net/../kernel/panic",
                                   "net.ipv4.//.//.kernel.panic", "net.//.kernel.panic"})
        EXPECT_NE(refusal(std::string("network: { sysctls: { ") + name + ": 1 } }\n"), "") << name;
}

}  // namespace
}  // namespace xdpbench::scenario
