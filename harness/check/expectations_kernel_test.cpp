// What a step gives to a program and expects of it beside whole frames.
#include <gtest/gtest.h>

#include "bpf/fixture_test.h"
#include "check/check.h"
#include "check/validate.h"
#include "packet/sample_frames_test.h"
#include "scenario/parse.h"

namespace xdpbench::check {
namespace {

class ExpectationsTest : public bpf::KernelTest {
  protected:
    static target::Target target(const std::string& object, const std::string& steps) {
        auto scenario =
            scenario::parse_scenario_text("name: a\nabout: b\nprogram: { object: " + object +
                                              " }\nchecks:\n  - name: n\n    steps:\n" + steps,
                                          "s.yaml");
        EXPECT_TRUE(scenario) << scenario.error().text();
        target::Target target;
        target.scenario = *std::move(scenario);
        target.object =
            object == "xdp_pass" ? bpf::reference_object(object) : bpf::fixture_object(object);
        return target;
    }

    static std::string step(std::string_view frame, const std::string& rest) {
        return "      - { in: \"hex:" + std::string(frame) + "\", " + rest + " }\n";
    }

    static Verdict verdict(const target::Target& under_test) {
        const auto valid = validate(under_test, false);
        if (!valid) return {model::Outcome::invalid, valid.error().text()};
        return run_check(under_test, under_test.scenario.checks.at(0));
    }

    // "" if the check holds, else why not.
    static std::string judged(const std::string& object, const std::string& steps) {
        return verdict(target(object, steps)).message;
    }
};

constexpr std::string_view kBare = "020000000002 020000000001 88b5";

TEST_F(ExpectationsTest, FieldsChecksumsAndLengthHold) {
    EXPECT_EQ(judged("xdp_pass", step(packet::kIcmpFrame,
                                      "expect: { action: XDP_PASS, length: 58, checksums: valid, "
                                      "fields: { ip.ttl: 64, icmp.seq: 3, udp.dport: absent } }")),
              "");
}

TEST_F(ExpectationsTest, WhatDiffersIsShownByFieldAndKeptAsFrames) {
    const target::Target under_test = target(
        "xdp_pass", step(packet::kIcmpFrame,
                         "expect: { action: XDP_PASS, fields: { ip.ttl: 63 }, checksums: valid }"));
    const Verdict failed = verdict(under_test);
    EXPECT_EQ(failed.outcome, model::Outcome::failed);
    EXPECT_NE(failed.message.find("XDP_PASS as expected, but another frame came out:\n"
                                  "  ip.ttl   expected 63   got 64\n"),
              std::string::npos)
        << failed.message;
    ASSERT_TRUE(failed.mismatch);
    EXPECT_EQ(failed.mismatch->actual, packet::frame_of(packet::kIcmpFrame));
    ASSERT_TRUE(failed.mismatch->expected);
    EXPECT_EQ(failed.mismatch->expected->bytes.at(22), 63);
    EXPECT_EQ(failed.mismatch->expected->bytes.at(24), 0xde) << "a right checksum for it";
}

TEST_F(ExpectationsTest, WholeFramesAndFieldsAreJudgedSideBySide) {
    const std::string text =
        judged("xdp_pass",
               step(packet::kIcmpFrame, "expect: { action: XDP_PASS, out: \"hex:" +
                                            std::string(packet::kUdpFrame) + "\", length: 60 }"));
    EXPECT_NE(text.find("length   expected 60 bytes   got 58 bytes"), std::string::npos) << text;
    EXPECT_NE(text.find("ip.proto"), std::string::npos) << text;
}

TEST_F(ExpectationsTest, MetadataIsJudgedApartFromTheFrame) {
    const auto expecting = [](const std::string& metadata) {
        return judged("context", step(kBare,
                                      "expect: { action: XDP_PASS, out: unchanged, "
                                      "length: 14, metadata: " +
                                          metadata + " }"));
    };
    EXPECT_EQ(expecting("\"hex:00000000 00000000\""), "");
    EXPECT_EQ(expecting("{ type: struct origin, value: { side: ELSEWHERE } }"), "")
        << "the loopback device";
    EXPECT_NE(expecting("{ type: origin, value: { queue: 2 } }")
                  .find("metadata queue   expected 2   got 0"),
              std::string::npos);
    EXPECT_NE(expecting("none").find("expected 0 bytes   got hex:0000000000000000 (8 bytes)"),
              std::string::npos);
    EXPECT_EQ(judged("xdp_pass", step(kBare, "expect: { action: XDP_PASS, metadata: none }")), "");
}

TEST_F(ExpectationsTest, MetadataGoesInInFrontOfTheFrame) {
    const auto marked = [](const std::string& metadata, const std::string& action) {
        return judged("context",
                      step(kBare, "ctx: { metadata: " + metadata +
                                      " }, expect: { action: " + action + ", out: unchanged }"));
    };
    EXPECT_EQ(marked("{ type: mark, value: { number: 5 } }", "XDP_TX, metadata: none"), "");
    EXPECT_EQ(marked("\"hex: 06 00 00 00\"", "XDP_DROP, metadata: \"hex:06000000\""), "");
}

TEST_F(ExpectationsTest, TheContextNamesInterfaceAndQueue) {
    const auto from = [](const std::string& context, const std::string& origin) {
        return step(kBare, "ctx: " + context +
                               ", expect: { action: XDP_PASS, metadata: { type: origin, value: " +
                               origin + " } }");
    };
    target::Target under_test =
        target("context", from("{ ingress: dut0 }", "{ side: NEAR, queue: 0 }") +
                              from("{ ingress: out0, rx_queue: 3 }", "{ side: FAR, queue: 3 }") +
                              from("{ ingress: dut0, rx_queue: 2 }", "{ side: NEAR, queue: 2 }"));
    under_test.scenario.configuration.globals = {{"near_interface", bpf::scalar("interface:dut0")},
                                                 {"far_interface", bpf::scalar("interface:out0")}};
    EXPECT_EQ(verdict(under_test).message, "");
    under_test.scenario.checks.at(0).steps.at(0).context->ingress = "out0";
    EXPECT_NE(verdict(under_test).message.find("metadata side   expected NEAR   got FAR"),
              std::string::npos);
}

TEST_F(ExpectationsTest, WhatCannotBeIsRefusedBeforehand) {
    const auto refused = [](const std::string& rest) {
        return judged("context", step(kBare, rest));
    };
    EXPECT_NE(refused("ctx: { ingress: dut1 }, expect: { action: XDP_PASS }").find("dut0"),
              std::string::npos);
    EXPECT_NE(refused("ctx: { metadata: \"hex:010203\" }, expect: { action: XDP_PASS }")
                  .find("a multiple of 4 bytes"),
              std::string::npos);
    EXPECT_NE(refused("expect: { action: XDP_PASS, metadata: { type: orign, value: 1 } }")
                  .find("did you mean origin?"),
              std::string::npos);
    EXPECT_NE(refused("expect: { action: XDP_PASS, metadata: { type: origin, value: { q: 1 } } }")
                  .find("no field q"),
              std::string::npos);
}

}  // namespace
}  // namespace xdpbench::check
