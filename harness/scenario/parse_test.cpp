#include "scenario/parse.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "scenario/emit.h"
#include "scenario/reader.h"
#include "scenario/sample_scenario_test.h"
#include "scenario/wrong_scenario_test.h"
#include "scenario/yaml.h"

namespace xdpbench::scenario {
namespace {

const std::string kBench = "bench: { traffic: a.pcap, action: XDP_TX }\n";

Scenario parsed(const std::string& text) {
    auto scenario = parse_scenario_text(text, "s.yaml");
    if (!scenario) {
        ADD_FAILURE() << scenario.error().text();
        return {};
    }
    return *std::move(scenario);
}

std::string scalar(const model::Value& value) {
    const std::string* const text = value.scalar();
    return text == nullptr ? "(not a scalar)" : *text;
}

std::string field(const model::Value& value, const std::string& name) {
    if (value.fields() == nullptr) return "(not a mapping)";
    for (const auto& [candidate, content] : *value.fields()) {
        if (candidate == name) return scalar(content);
    }
    return "(no such field)";
}

TEST(Parse, ReadsTheHead) {
    const Scenario scenario = parsed(kSampleScenario);
    EXPECT_EQ(scenario.file, "s.yaml");
    EXPECT_EQ(scenario.name, "icmp_lb");
    EXPECT_EQ(scenario.about, "Round-robin ICMP load balancer (XDP_TX)");
    EXPECT_EQ(scenario.program.name, "icmp_lb");
    EXPECT_EQ(scenario.modes,
              (std::vector<model::Mode>{model::Mode::native, model::Mode::generic}));
}

TEST(Parse, ReadsTheConfiguration) {
    const Configuration configuration = parsed(kSampleScenario).configuration;
    ASSERT_EQ(configuration.globals.size(), 2U);
    EXPECT_EQ(configuration.globals[0].name, "lb_ip");
    EXPECT_EQ(scalar(configuration.globals[0].value), "192.168.1.2");
    EXPECT_EQ(configuration.globals[0].value.where.text(), "s.yaml:4:19");
    ASSERT_EQ(configuration.maps.size(), 1U);
    EXPECT_EQ(configuration.maps[0].map, "backends");
    EXPECT_EQ(configuration.maps[0].where.text(), "s.yaml:6:3");
    ASSERT_EQ(configuration.maps[0].entries.size(), 2U);
    const MapEntry& second = configuration.maps[0].entries[1];
    EXPECT_EQ(scalar(second.key), "1");
    ASSERT_TRUE(second.value);
    EXPECT_EQ(field(*second.value, "mac"), "52:54:00:ff:ff:56");
}

TEST(Parse, ReadsTheSteps) {
    const Scenario scenario = parsed(kSampleScenario);
    ASSERT_EQ(scenario.checks.size(), 2U);
    const Check& check = scenario.checks[0];
    EXPECT_EQ(check.name, "alternates between the backends");
    EXPECT_EQ(check.where.text(), "s.yaml:11:5");
    ASSERT_EQ(check.steps.size(), 2U);
    const Step& first = check.steps[0];
    EXPECT_EQ(first.where.text(), "s.yaml:17:9");
    EXPECT_EQ(first.in.pcap, "icmp_lb_checks.pcap");
    EXPECT_EQ(first.in.last, 3U);
    EXPECT_EQ(emit_yaml(first.expect),
              "action: XDP_TX\nout: icmp_lb_out.pcap#4-7\nmask: [ip.id, eth]\n");
    EXPECT_EQ(check.steps[1].in.bytes.size(), 14U);
}

TEST(Parse, ReadsWhatAStepGivesBesideFrames) {
    const auto scenario = parse_scenario_text(
        with_check(
            "steps:\n"
            "  - in: a.pcap\n"
            "    ctx: { ingress: dut0, rx_queue: 3, metadata: { type: struct m, value: { a: 1 } } "
            "}\n"
            "    expect: { action: XDP_PASS }\n"
            "  - { in: a.pcap, ctx: { metadata: 'hex:00' }, expect: { action: XDP_TX } }\n"),
        "s.yaml");
    ASSERT_TRUE(scenario) << scenario.error().text();
    const std::vector<Step>& steps = scenario->checks.at(0).steps;
    const Step& first = steps.at(0);
    ASSERT_TRUE(first.context);
    EXPECT_EQ(first.context->ingress, "dut0");
    EXPECT_EQ(first.context->rx_queue, 3U);
    EXPECT_EQ(first.context->metadata->type, "struct m");
    EXPECT_EQ(model::one_line(first.context->metadata->value), "a=1");
    EXPECT_TRUE(steps.at(1).context->ingress.empty());
}

TEST(Parse, ReadsTheBoundsOfTheProgramsCost) {
    const auto scenario =
        parse_scenario_text(kHead +
                                "verifier: { instructions: 500, stack: 64, load_time: 50ms }\n"
                                "bench: { traffic: a.pcap, action: XDP_TX }\n",
                            "s.yaml");
    ASSERT_TRUE(scenario) << scenario.error().text();
    ASSERT_TRUE(scenario->verifier);
    EXPECT_EQ(scenario->verifier->instructions, 500U);
    EXPECT_EQ(scenario->verifier->stack, 64U);
    EXPECT_EQ(scenario->verifier->load_seconds, 0.05);
    EXPECT_FALSE(scenario->verifier->jited);
}

TEST(Parse, ReadsWhatACheckOverridesAndExpects) {
    const Check check = parsed(kSampleScenario).checks.at(0);
    ASSERT_EQ(check.configuration.globals.size(), 1U);
    ASSERT_EQ(check.configuration.maps.size(), 1U);
    const MapEntry& limit = check.configuration.maps[0].entries.at(0);
    ASSERT_NE(limit.key.list(), nullptr);
    EXPECT_EQ(scalar(limit.key.list()->at(1)), "2");
    ASSERT_TRUE(check.expect);
    EXPECT_EQ(check.expect->where.line, 22);
    EXPECT_NE(find_entry(*check.expect, "maps"), nullptr);
}

TEST(Parse, ReadsReplayAndBench) {
    const Scenario scenario = parsed(kSampleScenario);
    ASSERT_TRUE(scenario.replay);
    EXPECT_EQ(scenario.replay->traffic.pcap, "icmp_lb_mix.pcap");
    EXPECT_EQ(scenario.replay->traffic.last, std::nullopt);
    EXPECT_EQ(scenario.replay->actions, (std::map<model::Action, std::uint64_t>{
                                            {model::Action::pass, 512}, {model::Action::tx, 488}}));
    EXPECT_EQ(scenario.replay->received.value().pcap, "a.pcap");
    EXPECT_EQ(scenario.replay->passed.value().first, 9U);
    EXPECT_EQ(scenario.replay->mask, (packet::Mask{"ip.id"}));
    ASSERT_TRUE(scenario.bench);
    EXPECT_EQ(scenario.bench->traffic.pcap, "icmp_echo_64.pcap");
    EXPECT_EQ(scenario.bench->action, model::Action::tx);
    EXPECT_EQ(scenario.bench->where.text(), "s.yaml:36:3");
}

TEST(Parse, LeavesOutWhatIsLeftOut) {
    const Scenario scenario = parsed(kHead + kBench);
    EXPECT_TRUE(scenario.modes.empty());
    EXPECT_TRUE(scenario.checks.empty());
    EXPECT_TRUE(scenario.configuration.globals.empty());
    EXPECT_FALSE(scenario.replay);
}

TEST(Parse, TakesAnObjectFileForTheProgram) {
    const std::string start = "name: a\nabout: b\nprogram: ";
    const ProgramRef plain = parsed(start + "{ object: build/a.o }\n" + kBench).program;
    EXPECT_EQ(plain.object, "build/a.o");
    EXPECT_EQ(plain.name, "");
    EXPECT_EQ(plain.function, "");
    EXPECT_EQ(parsed(start + "{ object: a.o, function: lb }\n" + kBench).program.function, "lb");
}

TEST(Parse, TakesAReplayThatOnlyComparesFrames) {
    const Scenario scenario = parsed(
        kHead + "replay: { topology: pair, traffic: a.pcap, expect: { received: b.pcap } }\n");
    EXPECT_TRUE(scenario.replay.value().actions.empty());
    EXPECT_TRUE(scenario.replay->received);
}

TEST(Parse, TakesAReplayThatExpectsNothing) {
    EXPECT_TRUE(parsed(kHead + "replay: { topology: pair, traffic: a.pcap }\n").replay);
    const auto chain =
        parsed(kHead +
               "replay: { topology: chain, traffic: a.pcap, expect: { forwarded: b.pcap, "
               "passed_by_cpu: { 0: 3, 12: 0 } } }\n")
            .replay;
    ASSERT_TRUE(chain && chain->forwarded);
    EXPECT_EQ(chain->topology, model::NetworkKind::chain);
    EXPECT_EQ(chain->forwarded->pcap, "b.pcap");
    const auto replaced =
        parsed(kHead +
               "replay: { topology: pair, traffic: a.pcap, replace: { with: xdp_drop, "
               "globals: { a: 1 }, times: 10 } }\n")
            .replay;
    ASSERT_TRUE(replaced && replaced->replace && replaced->replace->with);
    EXPECT_EQ(replaced->replace->with->name, "xdp_drop");
    EXPECT_EQ(replaced->replace->times, 10U);
    EXPECT_EQ(replaced->replace->configuration.globals.size(), 1U);
    EXPECT_EQ(chain->passed_cpus, (std::map<int, std::uint64_t>{{0, 3}, {12, 0}}));
}

TEST(Parse, TakesWindowsLineEndingsAndAByteOrderMark) {
    std::string text = "\xef\xbb\xbf";
    for (const char byte : kSampleScenario) text += byte == '\n' ? "\r\n" : std::string(1, byte);
    const Scenario scenario = parsed(text);
    EXPECT_EQ(scenario.name, "icmp_lb");
    EXPECT_EQ(scenario.about, "Round-robin ICMP load balancer (XDP_TX)");
    EXPECT_EQ(scenario.bench.value().where.text(), "s.yaml:36:3");
}

TEST(Parse, TakesAliases) {
    const Scenario scenario =
        parsed(kHead + kBench +
               "maps: { m: [ { key: 0, value: &v { a: 1 } }, { key: 1, value: *v } ] }\n");
    EXPECT_EQ(field(scenario.configuration.maps.at(0).entries.at(1).value.value(), "a"), "1");
}

class ScenarioFile : public testing::Test {
  protected:
    void TearDown() override { std::filesystem::remove(path_); }

    void write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }

    const std::filesystem::path path_ =
        std::filesystem::path(testing::TempDir()) / "xdp_bench_parse_test.yaml";
};

TEST_F(ScenarioFile, IsRead) {
    write(kSampleScenario);
    const auto scenario = parse_scenario(path_);
    ASSERT_TRUE(scenario) << scenario.error().text();
    EXPECT_EQ(scenario->file, path_);
}

TEST_F(ScenarioFile, IsNamedInErrors) {
    write(kHead);
    const auto scenario = parse_scenario(path_);
    ASSERT_FALSE(scenario);
    EXPECT_TRUE(scenario.error().what.starts_with(path_.string() + ":1:1: "))
        << scenario.error().what;
}

// A user who may run the tool as root need not be allowed to read every file.
TEST_F(ScenarioFile, IsNotQuotedWhenItIsNoScenario) {
    for (const char* const text :
         {"root:*:19000:0:99999:7:::\ndaemon:*:19000::::::\n", "user: secret\npassword: [secret\n",
          "secret", "- secret\n- secret: 1\n", "username: secret\n", "{ secret: x }\n",
          "programs: secret\nrename : secret\n"}) {
        write(text);
        const auto scenario = parse_scenario(path_);
        ASSERT_FALSE(scenario);
        EXPECT_EQ(scenario.error().kind, ErrorKind::input);
        EXPECT_EQ(scenario.error().what, path_.string() +
                                             " is not a scenario: it has neither the key name nor "
                                             "program");
    }
    for (const char* const text : {"name: x\nsecret: 1\n", "about: x\n\"program\" : y\nsecret: 1",
                                   "{ name: x, secret: 1 }"}) {
        write(text);
        const auto scenario = parse_scenario(path_);
        ASSERT_FALSE(scenario);
        EXPECT_TRUE(scenario.error().what.starts_with(path_.string() + ":"))
            << scenario.error().what;
    }
}

TEST_F(ScenarioFile, InUtf16IsNamedAsThat) {
    using namespace std::string_literals;
    for (const std::string& text : {"\xff\xfen\0a\0m\0e\0:\0 \0x\0"s,
                                    "\xfe\xff\0n\0a\0m\0e\0:\0 \0x"s, "n\0a\0m\0e\0:\0 \0x\0"s}) {
        write(text);
        const auto scenario = parse_scenario(path_);
        ASSERT_FALSE(scenario);
        EXPECT_EQ(scenario.error().what, path_.string() + " is in UTF-16: expected UTF-8");
    }
}

TEST_F(ScenarioFile, IsRefusedWhenHuge) {
    write("");
    std::filesystem::resize_file(path_, kMaxYamlBytes + 1);
    const auto scenario = parse_scenario(path_);
    ASSERT_FALSE(scenario);
    EXPECT_EQ(scenario.error().kind, ErrorKind::input);
    EXPECT_PRED_FORMAT2(testing::IsSubstring, "at most 4.0 MiB", scenario.error().what);
}

TEST_F(ScenarioFile, IsRefusedWhenMissing) {
    const auto scenario = parse_scenario(path_);
    ASSERT_FALSE(scenario);
    EXPECT_EQ(scenario.error().kind, ErrorKind::input);
    EXPECT_PRED_FORMAT2(testing::IsSubstring, "No such file", scenario.error().what);
}

}  // namespace
}  // namespace xdpbench::scenario
