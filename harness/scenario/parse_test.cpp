#include "scenario/parse.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "scenario/emit.h"
#include "scenario/reader.h"
#include "scenario/sample_scenario_test.h"
#include "scenario/yaml.h"

namespace xdpbench::scenario {
namespace {

const std::string kHead = "name: a\nabout: b\nprogram: c\n";
const std::string kBench = "bench: { traffic: a.pcap, action: XDP_TX }\n";

Scenario parsed(const std::string& text) {
    auto scenario = parse_scenario_text(text, "s.yaml");
    if (!scenario) {
        ADD_FAILURE() << scenario.error().text();
        return {};
    }
    return *std::move(scenario);
}

Error refusal(const std::string& text) {
    auto scenario = parse_scenario_text(text, "s.yaml");
    if (scenario) {
        ADD_FAILURE() << "accepted:\n" << text;
        return {};
    }
    return std::move(scenario.error());
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

// A scenario with one check, whose steps (or what stands in their place) are given.
std::string with_check(const std::string& rest) { return kHead + "checks:\n- name: n\n  " + rest; }

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

// `text` stands behind the head of a scenario that has everything it needs.
struct Wrong {
    std::string what;
    std::string text;
    std::string position;  // "line:column"
    std::vector<std::string> said;
};

std::ostream& operator<<(std::ostream& stream, const Wrong& wrong) { return stream << wrong.what; }

class WrongScenario : public testing::TestWithParam<Wrong> {};

TEST_P(WrongScenario, IsRefusedAtItsPlace) {
    const Wrong& wrong = GetParam();
    const Error error = refusal(wrong.text);
    EXPECT_EQ(error.kind, ErrorKind::input);
    EXPECT_TRUE(error.what.starts_with("s.yaml:" + wrong.position + ": ")) << error.what;
    for (const std::string& part : wrong.said)
        EXPECT_PRED_FORMAT2(testing::IsSubstring, part, error.text());
}

std::string test_name(const testing::TestParamInfo<Wrong>& info) { return info.param.what; }

INSTANTIATE_TEST_SUITE_P(
    Head, WrongScenario,
    testing::Values(
        Wrong{"Empty", "", "1:1", {"the file is empty"}},
        Wrong{"OnlyAComment", "# nothing\n", "1:1", {"the file is empty"}},
        Wrong{"OnlyAMarker", "---\n", "1:1", {"the file is empty"}},
        Wrong{"Null", "~\n", "1:1", {"the file is empty"}},
        Wrong{"AList", "- a\n", "1:1", {"expected a mapping for the scenario, found a list"}},
        Wrong{"Text", "\n  icmp\n", "2:3", {"expected a mapping", "found the text 'icmp'"}},
        Wrong{"EmptyMapping", "{}", "1:1", {"the scenario is empty"}},
        Wrong{"NoName", "about: b\nprogram: c\n" + kBench, "1:1", {"has no key 'name'"}},
        Wrong{"NoAbout", "name: b\nprogram: c\n" + kBench, "1:1", {"has no key 'about'"}},
        Wrong{"OnlyAProgram", "program: c\n" + kBench, "1:1", {"has no keys 'name', 'about'"}},
        Wrong{"NoProgram", "name: b\nabout: c\n" + kBench, "1:1", {"has no key 'program'"}},
        Wrong{"NoWork", kHead, "1:1", {"expected checks, replay, lan or bench"}},
        Wrong{"EmptyName", "name: ''\nabout: b\nprogram: c\n" + kBench, "1:7", {"scenario's name"}},
        Wrong{"NullName", "name: null\nabout: b\nprogram: c\n", "1:1", {"key 'name' has no value"}},
        Wrong{"UnsafeName", "name: ../x\nabout: b\nprogram: c\n", "1:7", {"a-z, 0-9", "'../x'"}},
        Wrong{"UpperName", "name: A\nabout: b\nprogram: c\n", "1:7", {"a-z, 0-9", "'A'"}},
        Wrong{"ListName", "name: [a]\nabout: b\nprogram: c\n", "1:7", {"found a list"}},
        Wrong{"LongAbout",
              "name: a\nabout: |\n  x\n  y\nprogram: c\n",
              "2:8",
              {"expected one line", "'x\\x0ay\\x0a'"}},
        Wrong{"ObjectAsName",
              "name: a\nabout: b\nprogram: ./c.o\n",
              "3:10",
              {"{object: FILE}", "'./c.o'"}},
        Wrong{"ProgramTypo",
              "name: a\nabout: b\nprogram: { objct: c.o }\n",
              "3:12",
              {"unknown key 'objct' in program", "did you mean 'object'?"}},
        Wrong{"ProgramWithoutObject",
              "name: a\nabout: b\nprogram: { function: c }\n",
              "3:10",
              {"program has no key 'object'"}},
        Wrong{"ProgramList", "name: a\nabout: b\nprogram: [c]\n", "3:10", {"expected a mapping"}}),
    test_name);

INSTANTIATE_TEST_SUITE_P(
    Keys, WrongScenario,
    testing::Values(
        Wrong{"Typo", kHead + "bnch: 1\n", "4:1", {"unknown key 'bnch'", "did you mean 'bench'?"}},
        Wrong{"Unknown", kHead + "something: 1\n", "4:1", {"expected name, about", "or bench"}},
        Wrong{"Repeated",
              kHead + "  \nname: x\n" + kBench,
              "5:1",
              {"key 'name' is repeated", "line 1, column 1"}},
        Wrong{"RepeatedInFlow",
              kHead + "globals: { a: 1, b: 2, a: 3 }\n",
              "4:24",
              {"key 'a' is repeated", "line 4, column 12"}},
        Wrong{"RepeatedQuoted",
              kHead + "globals: { a: 1, \"a\": 3 }\n",
              "4:18",
              {"key 'a' is repeated"}},
        Wrong{"NoValue", kHead + "bench:\n\n\nreplay: 1\n", "4:1", {"key 'bench' has no value"}},
        Wrong{"NoValueInFlow", kHead + "globals: { a, b: 1 }\n", "4:12", {"key 'a' has no value"}},
        Wrong{"NullValue", kHead + "globals: { a: ~ }\n", "4:12", {"key 'a' has no value"}},
        Wrong{"NullItem",
              kHead + "requires:\n  - native\n  -\n",
              "7:1",
              {"list item without a value"}},
        Wrong{"NullKey", kHead + "globals: { ~: 1 }\n", "4:12", {"a key without a name"}},
        Wrong{"EmptyKey", kHead + "globals: { '': 1 }\n", "4:12", {"a key without a name"}},
        Wrong{"ListKey", kHead + "globals: { [a]: 1 }\n", "4:12", {"a key must be text"}},
        Wrong{"AliasKey", kHead + "globals: { b: &x y, *x : 1 }\n", "4:21", {"cannot be an alias"}},
        Wrong{"MergeKey", kHead + "globals: { b: &x { y: 1 }, <<: *x }\n", "4:28", {"merge keys"}},
        Wrong{"Tag",
              kHead + "globals: { a: !!binary eHg= }\n",
              "4:15",
              {"tag 'tag:yaml.org,2002:binary'"}},
        Wrong{"TagOfAList", kHead + "requires: !x [native]\n", "4:11", {"tag '!x'"}},
        Wrong{"TagOfNothing", kHead + "globals: { a: !x }\n", "4:15", {"tag '!x"}},
        Wrong{"TwoDocuments", kHead + kBench + "---\nname: b\n", "5:1", {"a second document"}},
        Wrong{"EndAndMore", kHead + kBench + "...\n,\n", "6:1", {"a second document"}}),
    test_name);

INSTANTIATE_TEST_SUITE_P(
    Syntax, WrongScenario,
    testing::Values(
        Wrong{"TwoColons", "name: a: b\n", "1:8", {"not valid YAML: illegal map value"}},
        Wrong{"Tab", "bench:\n\taction: XDP_TX\n", "2:8", {"not valid YAML", "blanks, not tabs"}},
        Wrong{"UnclosedList",
              kHead + "requires: [native\n",
              "5:1",
              {"end of sequence flow not found: it begins at line 4, column 11"}},
        Wrong{"UnclosedMapping",
              kHead + "globals: {",
              "4:11",
              {"end of map flow not found: it begins at line 4, column 10"}},
        Wrong{"UnclosedEntry",
              kHead + "maps:\n  m:\n    - { key: 0, value: 1\n",
              "7:1",
              {"end of map flow not found: it begins at line 6, column 7"}},
        Wrong{"UnclosedQuote", kHead + "about2: \"x\n", "5:1", {"ends inside a quoted text"}},
        Wrong{"UnclosedSingleQuote", kHead + "about2: 'x", "4:11", {"ends inside a quoted text"}},
        Wrong{"UnknownAlias", kHead + "globals: *x\n", "4:10", {"anchor is not defined"}},
        Wrong{"AliasOfItself", kHead + "globals: &x { a: *x }\n", "4:18", {"what it is part of"}},
        Wrong{"Escape",
              kHead + "globals: { a: \"\\q\" }\n",
              "4:18",
              {"not valid YAML: unknown escape"}},
        Wrong{"Nul", "name: a\nabout: " + std::string(1, '\0') + "b\n", "2:8", {"byte 0x00"}},
        Wrong{"EndOfTransmission", "name: a\x04\nabout: b\n", "1:8", {"byte 0x04"}},
        Wrong{"CarriageReturn", "name: a\rabout: b\r", "1:8", {"byte 0x0d"}},
        Wrong{"Latin1",
              "name: a\nabout: gr\xf6\xdf"
              "e\n",
              "2:10",
              {"byte 0xf6", "expected UTF-8"}},
        Wrong{"Overlong", "name: \xc0\xaf\n", "1:7", {"byte 0xc0"}},
        Wrong{"Surrogate", "name: \xed\xa0\x80\n", "1:7", {"byte 0xed"}},
        Wrong{"BeyondUnicode", "name: \xf4\x90\x80\x80\n", "1:7", {"byte 0xf4"}},
        Wrong{"CutCharacter", "name: \xe2\x82", "1:7", {"byte 0xe2"}},
        Wrong{"Utf16", std::string("\xff\xfen\0", 4), "1:1", {"byte 0xff"}}),
    test_name);

INSTANTIATE_TEST_SUITE_P(
    Configuration, WrongScenario,
    testing::Values(
        Wrong{"EmptyGlobals",
              kHead + "globals: {}\n",
              "4:10",
              {"globals is empty", "leave the key out"}},
        Wrong{"GlobalsList", kHead + "globals: [a]\n", "4:10", {"expected a mapping for globals"}},
        Wrong{"EmptyMaps", kHead + "maps: {}\n", "4:7", {"maps is empty"}},
        Wrong{"MapsText", kHead + "maps: m\n", "4:7", {"expected a mapping for maps", "'m'"}},
        Wrong{"EmptyMap", kHead + "maps: { m: [] }\n", "4:12", {"map 'm' is empty"}},
        Wrong{"MapOfAMapping",
              kHead + "maps: { m: { key: 0 } }\n",
              "4:12",
              {"expected a list for map 'm'"}},
        Wrong{"EntryText",
              kHead + "maps: { m: [0] }\n",
              "4:13",
              {"expected a mapping for the map entry"}},
        Wrong{
            "NeitherKeyNorValue", kHead + "maps: { m: [{ a: 0 }] }\n", "4:15", {"unknown key 'a'"}},
        Wrong{"NoValueOfEntry",
              kHead + "maps: { m: [{ key: 0 }] }\n",
              "4:13",
              {"has no key 'value'"}},
        Wrong{"SumInSetup",
              kHead + "maps: { m: [{ key: 0, sum_cpus: 1 }] }\n",
              "4:23",
              {"key 'sum_cpus' is for expectations"}},
        Wrong{"AbsentInSetup",
              kHead + "maps: { m: [{ key: 0, absent: true }] }\n",
              "4:23",
              {"key 'absent' is for expectations"}},
        Wrong{"ModeTypo",
              kHead + "requires: [generic, nativ]\n",
              "4:21",
              {"unknown attach mode 'nativ'", "did you mean 'native'?"}},
        Wrong{"ModeUnknown",
              kHead + "requires: [fastest]\n",
              "4:12",
              {"expected generic, native or offload"}},
        Wrong{
            "ModeTwice", kHead + "requires: [native, native]\n", "4:20", {"'native' is repeated"}},
        Wrong{"NoModes", kHead + "requires: []\n", "4:11", {"requires is empty"}},
        Wrong{"ModesText", kHead + "requires: native\n", "4:11", {"expected a list for requires"}}),
    test_name);

INSTANTIATE_TEST_SUITE_P(
    Checks, WrongScenario,
    testing::Values(
        Wrong{"NoChecks", kHead + "checks: []\n", "4:9", {"checks is empty"}},
        Wrong{"ChecksMapping", kHead + "checks: { a: b }\n", "4:9", {"expected a list for checks"}},
        Wrong{"CheckText", kHead + "checks: [a]\n", "4:10", {"expected a mapping for the check"}},
        Wrong{"NoCheckName", kHead + "checks: [{ steps: [] }]\n", "4:10", {"has no key 'name'"}},
        Wrong{"NoStepsKey", with_check("\n"), "5:3", {"the check has no key 'steps'"}},
        Wrong{"NoSteps", with_check("steps: []\n"), "6:10", {"steps is empty"}},
        Wrong{"CheckTypo", with_check("stepps: []\n"), "6:3", {"did you mean 'steps'?"}},
        Wrong{"StepText", with_check("steps: [a]\n"), "6:11", {"expected a mapping for the step"}},
        Wrong{"NoIn", with_check("steps: [{ expect: 1 }]\n"), "6:11", {"has no key 'in'"}},
        Wrong{"NoExpect", with_check("steps: [{ in: a }]\n"), "6:11", {"has no key 'expect'"}},
        Wrong{"InList",
              with_check("steps: [{ in: [a], expect: 1 }]\n"),
              "6:17",
              {"expected text for frames"}},
        Wrong{"NameTwice",
              with_check(
                  "steps: &s [{ in: a, expect: { action: XDP_TX } }]\n- name: n\n  steps: *s\n"),
              "7:3",
              {"check 'n' has the name of the one at line 5"}}),
    test_name);

INSTANTIATE_TEST_SUITE_P(
    Context, WrongScenario,
    testing::Values(
        Wrong{
            "NoMetadataIn",
            with_check("steps: [{ in: a, ctx: { metadata: none }, expect: { action: XDP_TX } }]\n"),
            "6:37",
            {"hex:..."}},
        Wrong{"QueueOfNothing",
              with_check("steps: [{ in: a, ctx: { rx_queue: 1 }, expect: { action: XDP_TX } }]\n"),
              "6:27",
              {"expected 'ingress' next to it"}},
        Wrong{"NoSuchQueue",
              with_check("steps: [{ in: a, ctx: { ingress: dut0, rx_queue: 64 }, expect: 1 }]\n"),
              "6:52",
              {"from 0 to 63"}}),
    test_name);

std::string with_replay(const std::string& expect) {
    return kHead + "replay:\n  topology: pair\n  traffic: a.pcap\n  expect: " + expect;
}

INSTANTIATE_TEST_SUITE_P(
    ReplayAndBench, WrongScenario,
    testing::Values(
        Wrong{"ReplayText", kHead + "replay: a.pcap\n", "4:9", {"expected a mapping for replay"}},
        Wrong{"NoTopology", kHead + "replay: { traffic: a }\n", "4:9", {"has no key 'topology'"}},
        Wrong{"NoTraffic", kHead + "replay: { topology: pair }\n", "4:9", {"has no key 'traffic'"}},
        Wrong{"ReplacedNever",
              kHead + "replay: { topology: pair, traffic: a, replace: { times: 0 } }\n",
              "4:57",
              {"expected 1 to 100000 times, found 0"}},
        Wrong{"ForwardedNowhere",
              with_replay("{ forwarded: b }"),
              "7:13",
              {"'forwarded' without a far end", "'chain'"}},
        Wrong{"NoCpu",
              with_replay("{ passed_by_cpu: { one: 3 } }"),
              "7:30",
              {"expected a CPU's number, found 'one'"}},
        Wrong{"Topology",
              kHead + "replay: { topology: lan, traffic: a }\n",
              "4:21",
              {"unknown topology 'lan'", "pair", "chain"}},
        Wrong{"EmptyReplayExpect",
              with_replay("{}\n"),
              "7:11",
              {"the replay's expect is empty", "leave the key out"}},
        Wrong{"CountTypo", with_replay("{ XDP_DORP: 1 }\n"), "7:13", {"did you mean 'XDP_DROP'?"}},
        Wrong{"Negative",
              with_replay("{ XDP_TX: -1 }\n"),
              "7:21",
              {"a whole number, 0 or more", "'-1'"}},
        Wrong{"Plus", with_replay("{ XDP_TX: +1 }\n"), "7:21", {"a whole number"}},
        Wrong{"Fraction", with_replay("{ XDP_TX: 1.5 }\n"), "7:21", {"a whole number", "'1.5'"}},
        Wrong{
            "Overflow", with_replay("{ XDP_TX: 18446744073709551616 }\n"), "7:21", {"below 2^64"}},
        Wrong{"EmptyNumber", with_replay("{ XDP_TX: '' }\n"), "7:21", {"a whole number"}},
        Wrong{"ListNumber",
              with_replay("{ XDP_TX: [1] }\n"),
              "7:21",
              {"expected a number for the frames of XDP_TX, found a list"}},
        Wrong{"MaskOfNothing",
              with_replay("{ XDP_TX: 1, mask: [ip] }\n"),
              "7:24",
              {"expected received, passed, sockets or forwarded"}},
        Wrong{"BenchTypo",
              kHead + "bench: { trafic: a, action: XDP_TX }\n",
              "4:10",
              {"did you mean 'traffic'?"}},
        Wrong{"BenchWithoutAction",
              kHead + "bench: { traffic: a }\n",
              "4:8",
              {"has no key 'action'"}},
        Wrong{"BenchTraffic",
              kHead + "bench: { traffic: a#x, action: XDP_TX }\n",
              "4:19",
              {"'a#x'", "no frame number"}},
        Wrong{"BenchAction",
              kHead + "bench: { traffic: a, action: xdp_tx }\n",
              "4:30",
              {"unknown action 'xdp_tx'"}}),
    test_name);

TEST(Parse, ShowsTextSoThatATerminalIsSafe) {
    const Error error = refusal(kHead + "\"\\e[31m" + std::string(100, 'x') + "\": 1\n");
    EXPECT_PRED_FORMAT2(testing::IsSubstring, "'\\x1b[31m" + std::string(55, 'x') + "...'",
                        error.what);
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
