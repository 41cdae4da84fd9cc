// Where redirects lead: entries of target maps and interfaces, proven by what happens.
#include <gtest/gtest.h>

#include "bpf/fixture_test.h"
#include "check/check.h"
#include "check/validate.h"
#include "scenario/parse.h"

namespace xdpbench::check {
namespace {

class ExpectRedirectTest : public bpf::KernelTest {
  protected:
    // The fixture `redirect`; the first byte of payload is the way: 0 by ports[2], 1 by
    // bpf_redirect() to out0, 2 by cpus[0], 3 to an interface that does not exist, 4 back.
    static std::string judged(const std::string& steps) {
        auto scenario = scenario::parse_scenario_text(
            "name: redirect\nabout: b\nprogram: { object: redirect.bpf.o }\n"
            "globals: { target: \"interface:out0\", from: \"interface:dut0\" }\n"
            "maps:\n"
            "  ports: [ { key: 2, value: \"interface:out0\" }, { key: 1, value: \"interface:dut0\" "
            "} ]\n"
            "  cpus: [ { key: 0, value: 2048 } ]\n"
            "checks:\n  - name: n\n    steps:\n" +
                steps,
            "s.yaml");
        EXPECT_TRUE(scenario) << scenario.error().text();
        target::Target target;
        target.scenario = *std::move(scenario);
        target.object = bpf::fixture_object("redirect");
        const auto valid = validate(target, false);
        if (!valid) return valid.error().text();
        return run_check(target, target.scenario.checks.at(0)).message;
    }

    static std::string step(int way, const std::string& redirect) {
        return "      - in: \"hex:020000000002 020000000001 88b5 0" + std::to_string(way) +
               " 00\"\n        expect: { action: XDP_REDIRECT, redirect: " + redirect + " }\n";
    }
};

TEST_F(ExpectRedirectTest, HoldsForTheEntryAndTheInterfaceThatTheyTake) {
    EXPECT_EQ(
        judged(step(0, "{ map: ports, key: 2, interface: out0 }") + step(1, "{ interface: out0 }") +
               step(2, "{ map: cpus, key: 0 }") + step(4, "{ interface: dut0 }")),
        "");
}

TEST_F(ExpectRedirectTest, AnotherEntryIsFoundOut) {
    const std::string other = judged(step(0, "{ map: ports, key: 1 }"));
    EXPECT_NE(other.find("expected a redirect by ports[1], but"), std::string::npos) << other;
    EXPECT_NE(other.find("with no other target in the maps it is not redirected, XDP_ABORTED"),
              std::string::npos)
        << other;
    EXPECT_NE(judged(step(0, "{ map: ports, key: 3 }")).find("the map has no such entry"),
              std::string::npos);
    EXPECT_NE(judged(step(0, "{ map: cpus, key: 0 }")).find("by cpus[0], but"), std::string::npos);
}

TEST_F(ExpectRedirectTest, ARedirectByNoMapIsNotTakenForOneByAnEntry) {
    EXPECT_NE(judged(step(1, "{ map: ports, key: 2 }"))
                  .find("with all targets but that one it is still redirected, XDP_REDIRECT"),
              std::string::npos);
}

TEST_F(ExpectRedirectTest, AnotherInterfaceIsFoundOut) {
    EXPECT_NE(judged(step(0, "{ interface: dut0 }"))
                  .find("expected to leave by dut0, but when sent it reached the far end"),
              std::string::npos);
    EXPECT_NE(judged(step(4, "{ interface: out0 }")).find("but when sent it came back"),
              std::string::npos);
    EXPECT_NE(judged(step(3, "{ interface: out0 }")).find("but when sent it arrived nowhere"),
              std::string::npos);
}

TEST_F(ExpectRedirectTest, WhatCannotBeJudgedIsRefusedBeforehand) {
    EXPECT_NE(judged(step(0, "{ map: prots, key: 2 }")).find("did you mean ports?"),
              std::string::npos);
    EXPECT_NE(judged(step(0, "{ interface: out1 }")).find("out0"), std::string::npos);
    EXPECT_NE(judged("      - in: \"hex:020000000002 020000000001 88b5 0000\"\n"
                     "        ctx: { metadata: \"hex:00000000\" }\n"
                     "        expect: { action: XDP_REDIRECT, redirect: { interface: out0 } }\n")
                  .find("come in by dut0"),
              std::string::npos);
}

}  // namespace
}  // namespace xdpbench::check
