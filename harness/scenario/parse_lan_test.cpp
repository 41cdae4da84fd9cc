#include <gtest/gtest.h>

#include "scenario/parse.h"

namespace xdpbench::scenario {
namespace {

const std::string kLanHead = "name: a\nabout: b\nprogram: c\nlan:\n";
const std::string kLanHosts = "  hosts: { client: 10.0.0.1, dut: 10.0.0.2 }\n";

// With these lines under `lan:`, the first of which is line 5.
Result<Scenario> parse_lan(const std::string& lines) {
    return parse_scenario_text(kLanHead + lines, "s.yaml");
}

TEST(ParseLan, ReadsHostsAndSteps) {
    const auto scenario = parse_lan(
        "  hosts:\n"
        "    client: 10.0.0.1\n"
        "    dut: { ip: 10.0.0.2, mac: \"02:00:00:00:00:AB\" }\n"
        "    backend: { ip: 10.0.0.3 }\n"
        "  globals: { count: 2 }\n"
        "  steps:\n"
        "    - ping: 4\n"
        "      expect: { answered: { dut: [1, 3], backend: [4] } }\n"
        "    - set: { blocked: [ { key: 10.0.0.1, value: 1 }, { key: 10.0.0.3, absent: true } ] }\n"
        "    - ping: 2\n"
        "      expect: { answered: 0 }\n"
        "    - send: a.pcap#2\n"
        "      expect: { answered: 1 }\n");
    ASSERT_TRUE(scenario) << scenario.error().text();
    const Lan& lan = scenario->lan.value();
    EXPECT_EQ(lan.where.text(), "s.yaml:5:3");
    ASSERT_EQ(lan.hosts.size(), 3U);
    EXPECT_EQ(lan.hosts[0].name, "client");
    EXPECT_EQ(lan.hosts[0].mac, "02:00:00:00:01:01");
    EXPECT_EQ(lan.hosts[1].ip, "10.0.0.2");
    EXPECT_EQ(lan.hosts[1].mac, "02:00:00:00:00:ab");
    EXPECT_EQ(lan.hosts[2].mac, "02:00:00:00:01:03");
    EXPECT_EQ(lan.configuration.globals.at(0).name, "count");
    ASSERT_EQ(lan.steps.size(), 4U);
    EXPECT_EQ(lan.steps[1].where.text(), "s.yaml:13:7");
    const LanPing& by_host = std::get<LanPing>(lan.steps[0].what);
    EXPECT_EQ(by_host.count, 4U);
    EXPECT_EQ(by_host.answered, 3U);
    EXPECT_EQ(by_host.answered_by.at("dut"), (std::vector<std::uint64_t>{1, 3}));
    const LanSet& set = std::get<LanSet>(lan.steps[1].what);
    EXPECT_EQ(set.maps.at(0).map, "blocked");
    EXPECT_TRUE(set.maps.at(0).entries.at(0).value);
    EXPECT_TRUE(set.maps.at(0).entries.at(1).absent);
    EXPECT_TRUE(std::get<LanPing>(lan.steps[2].what).answered_by.empty());
    const LanSend& send = std::get<LanSend>(lan.steps[3].what);
    EXPECT_EQ(send.frames.first, 2U);
    EXPECT_EQ(send.answered, 1U);
}

struct WrongLanCase {
    std::string name;
    std::string lines;     // under `lan:`
    std::string position;  // line:column
    std::string said;
};

std::ostream& operator<<(std::ostream& stream, const WrongLanCase& wrong) {
    return stream << wrong.name;
}

class WrongLan : public testing::TestWithParam<WrongLanCase> {};

TEST_P(WrongLan, IsRefusedAtItsPlace) {
    const auto scenario = parse_lan(GetParam().lines);
    ASSERT_FALSE(scenario);
    EXPECT_EQ(scenario.error().kind, ErrorKind::input);
    EXPECT_TRUE(scenario.error().what.starts_with("s.yaml:" + GetParam().position + ": "))
        << scenario.error().what;
    EXPECT_PRED_FORMAT2(testing::IsSubstring, GetParam().said, scenario.error().what);
}

WrongLanCase wrong_hosts(const std::string& name, const std::string& hosts,
                         const std::string& position, const std::string& said) {
    return {name, "  hosts: " + hosts + "\n  steps: [ { ping: 1, expect: { answered: 1 } } ]\n",
            position, said};
}

WrongLanCase wrong_step(const std::string& name, const std::string& step,
                        const std::string& position, const std::string& said) {
    return {name, kLanHosts + "  steps:\n    - " + step + "\n", position, said};
}

std::string lan_case_name(const testing::TestParamInfo<WrongLanCase>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    Hosts, WrongLan,
    testing::Values(
        WrongLanCase{"NoSteps", kLanHosts, "5:3", "lan has no key 'steps'"},
        wrong_hosts("NoDut", "{ client: 10.0.0.1 }", "5:10", "no host 'dut'"),
        wrong_hosts("NoClient", "{ dut: 10.0.0.1 }", "5:10", "no host 'client'"),
        wrong_hosts("NoAddress", "{ client: here }", "5:20", "expected an IPv4 address"),
        wrong_hosts("Ipv6", "{ client: \"fe80::1\" }", "5:20", "expected an IPv4 address"),
        wrong_hosts("OtherNetwork", "{ client: 10.0.0.1, dut: 10.0.1.2 }", "5:30",
                    "10.0.1.2 is not in the /24 of client, 10.0.0.0"),
        wrong_hosts("SameIp", "{ client: 10.0.0.1, dut: 10.0.0.1 }", "5:30",
                    "'dut' has the address of 'client'"),
        wrong_hosts("SameMac",
                    "{ client: 10.0.0.1, dut: { ip: 10.0.0.2, mac: \"02:00:00:00:01:01\" } }",
                    "5:30", "'dut' has the address of 'client'"),
        wrong_hosts("ShortMac", "{ client: { ip: 10.0.0.1, mac: \"02:00\" } }", "5:41",
                    "MAC address of one host"),
        wrong_hosts("GroupMac", "{ client: { ip: 10.0.0.1, mac: \"01:00:00:00:00:01\" } }", "5:41",
                    "MAC address of one host"),
        wrong_hosts("HostTypo", "{ client: { ip: 10.0.0.1, mca: x } }", "5:36",
                    "did you mean 'mac'?")),
    lan_case_name);

INSTANTIATE_TEST_SUITE_P(
    Steps, WrongLan,
    testing::Values(
        wrong_step("Nothing", "expect: { answered: 1 }", "7:7",
                   "exactly one of ping, send and set"),
        wrong_step("TwoThings", "{ ping: 1, send: a.pcap, expect: { answered: 1 } }", "7:7",
                   "exactly one of ping, send and set"),
        wrong_step("Typo", "{ pnig: 1, expect: { answered: 1 } }", "7:9", "did you mean 'ping'?"),
        wrong_step("NoPings", "{ ping: 0, expect: { answered: 0 } }", "7:15",
                   "expected 1 to 1000 requests, found 0"),
        wrong_step("NoExpectation", "ping: 1", "7:7", "no key 'expect'"),
        wrong_step("TooManyAnswers", "{ ping: 1, expect: { answered: 2 } }", "7:38",
                   "2 answers to 1 request"),
        wrong_step("UnknownHost", "{ ping: 1, expect: { answered: { dtu: [1] } } }", "7:40",
                   "did you mean 'dut'?"),
        wrong_step("TheClientAnswers", "{ ping: 1, expect: { answered: { client: [1] } } }", "7:40",
                   "no host 'client' to answer"),
        wrong_step("NoSuchRequest", "{ ping: 1, expect: { answered: { dut: [2] } } }", "7:46",
                   "from 1 to 1, found 2"),
        wrong_step("SendByHost", "{ send: a.pcap, expect: { answered: { dut: [1] } } }", "7:43",
                   "expected a number"),
        wrong_step("ExpectationOfSet",
                   "{ set: { m: [ { key: 0, value: 1 } ] }, expect: { answered: 1 } }", "7:47",
                   "'expect' next to 'set'"),
        wrong_step("SetARange", "set: { m: [ { keys: 0..5, value: 1 } ] }", "7:14",
                   "a lan sets single entries"),
        wrong_step("SetAQueue", "set: { m: [ { value: 1 } ] }", "7:14",
                   "a lan sets single entries"),
        wrong_step("SetNothing", "set: { m: [ { key: 0 } ] }", "7:19", "has no key 'value'"),
        wrong_step("SetAndAbsent", "set: { m: [ { key: 0, value: 1, absent: true } ] }", "7:29",
                   "unknown key 'value'"),
        wrong_step("SetSum", "set: { m: [ { key: 0, sum_cpus: 1 } ] }", "7:29",
                   "for expectations")),
    lan_case_name);

}  // namespace
}  // namespace xdpbench::scenario
