// Scenarios that are refused, each with the place of its mistake.
#include <gtest/gtest.h>

#include "scenario/parse.h"
#include "scenario/wrong_scenario_test.h"

namespace xdpbench::scenario {
namespace {

const std::string kBench = "bench: { traffic: a.pcap, action: XDP_TX }\n";

Error refusal(const std::string& text) {
    auto scenario = parse_scenario_text(text, "s.yaml");
    if (scenario) {
        ADD_FAILURE() << "accepted:\n" << text;
        return {};
    }
    return std::move(scenario.error());
}

class WrongScenario : public testing::TestWithParam<Wrong> {};

TEST_P(WrongScenario, IsRefusedAtItsPlace) { expect_refusal(refusal(GetParam().text), GetParam()); }

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
        Wrong{"KeyOfTwoLines",
              kHead + "globals: { \"b\\nc\": 1 }\n",
              "4:12",
              {"'b\\x0ac' has a line feed"}},
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

}  // namespace
}  // namespace xdpbench::scenario
