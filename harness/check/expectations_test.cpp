// What is read of `expect`, and refused, before anybody looks at the program.
#include "check/expectations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "scenario/parse.h"
#include "scenario/sample_scenario_test.h"
#include "scenario/wrong_scenario_test.h"

namespace xdpbench::check {
namespace {

using scenario::kHead;
using scenario::test_name;
using scenario::with_check;
using scenario::Wrong;

// How many expectations each check of `text` has.
Result<std::size_t> read_all(const std::string& text) {
    target::Target target;
    XDPBENCH_TRY(target.scenario, scenario::parse_scenario_text(text, "s.yaml"));
    std::size_t count = 0;
    for (const scenario::Check& check : target.scenario.checks) {
        XDPBENCH_TRY(const PreparedCheck prepared, read_expectations(target, check));
        count += prepared.whole.size();
        for (const Expectations& step : prepared.steps) count += step.size();
    }
    return count;
}

Error refusal(const std::string& text) {
    auto read = read_all(text);
    if (read) {
        ADD_FAILURE() << "accepted:\n" << text;
        return {};
    }
    return std::move(read.error());
}

// One step's expectation.
std::string with_step(const std::string& expect) {
    return with_check("steps:\n  - in: a.pcap#0\n    expect: " + expect);
}

// What one check expects of one map's one entry.
std::string with_entry(const std::string& entry) {
    return with_check("steps: [{ in: a, expect: { action: XDP_TX } }]\n  expect: { maps: { m: [" +
                      entry + "] } }\n");
}

std::string with_events(const std::string& events) {
    return kHead +
           "checks:\n  - name: n\n    steps: [ { in: a.pcap, expect: { action: XDP_DROP } } ]\n" +
           "    expect: { events: " + events + " }\n";
}

TEST(Expectations, AreReadOfStepsAndChecks) {
    const auto sample = read_all(scenario::kSampleScenario);
    ASSERT_TRUE(sample) << sample.error().text();
    EXPECT_EQ(*sample, 6U);  // three actions, two outputs, the maps of a check
    const auto every = read_all(
        with_step("{ action: XDP_REDIRECT, out: unchanged, fields: { ip.ttl: 63, vlan.id: absent },"
                  " checksums: valid, length: 60, metadata: { type: struct m, value: { a: 1 } },"
                  " events: { e: { type: struct e, count: 3, lost: 0, records: [ { a: 1 } ] } },"
                  " redirect: { map: m, key: 2, interface: out0 } }\n"));
    ASSERT_TRUE(every) << every.error().text();
    EXPECT_EQ(*every, 6U);
}

TEST(Expectations, EachKeyIsDeclaredOnce) {
    std::vector<std::string> keys;
    for (const ExpectationKind& kind : expectation_kinds())
        keys.insert(keys.end(), kind.keys.begin(), kind.keys.end());
    for (const std::string& key : keys)
        EXPECT_EQ(std::count(keys.begin(), keys.end(), key), 1) << key;
}

class WrongExpectation : public testing::TestWithParam<Wrong> {};

TEST_P(WrongExpectation, IsRefusedAtItsPlace) {
    expect_refusal(refusal(GetParam().text), GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Steps, WrongExpectation,
    testing::Values(
        Wrong{"ExpectText",
              with_step("XDP_TX\n"),
              "8:13",
              {"expected a mapping for the step's expect"}},
        Wrong{"NoAction", with_step("{ out: a }\n"), "8:13", {"has no key 'action'"}},
        Wrong{"ActionTypo",
              with_step("{ action: XDP_TXX }\n"),
              "8:23",
              {"unknown action 'XDP_TXX'", "did you mean 'XDP_TX'?"}},
        Wrong{"ActionUnknown",
              with_step("{ action: forward }\n"),
              "8:23",
              {"expected XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX or XDP_REDIRECT"}},
        Wrong{"ActionNumber", with_step("{ action: 3 }\n"), "8:23", {"unknown action '3'"}},
        Wrong{"MaskAlone",
              with_step("{ action: XDP_TX, mask: [ip.id] }\n"),
              "8:31",
              {"key 'mask' without frames", "expected out"}},
        Wrong{"MaskTypo",
              with_step("{ action: XDP_TX, out: a, mask: [eth, ip.idd] }\n"),
              "8:51",
              {"ip.idd", "did you mean", "ip.id"}},
        Wrong{"MaskText",
              with_step("{ action: XDP_TX, out: a, mask: ip.id }\n"),
              "8:45",
              {"expected a list for mask"}},
        Wrong{"NoMask",
              with_step("{ action: XDP_TX, out: a, mask: [] }\n"),
              "8:45",
              {"mask is empty"}},
        Wrong{
            "OutRange", with_step("{ action: XDP_TX, out: a#4-3 }\n"), "8:36", {"runs backwards"}},
        Wrong{"OutMapping",
              with_step("{ action: XDP_TX, out: { a: b } }\n"),
              "8:36",
              {"found a mapping"}}),
    test_name);

INSTANTIATE_TEST_SUITE_P(
    Checks, WrongExpectation,
    testing::Values(
        Wrong{"EmptyExpect",
              with_check("steps: [{ in: a, expect: { action: XDP_TX } }]\n  expect: {}\n"),
              "7:11",
              {"the check's expect is empty"}},
        Wrong{"Events",
              with_check(
                  "steps: [{ in: a, expect: { action: XDP_TX } }]\n  expect: { events: [] }\n"),
              "7:21",
              {"expected a mapping for events, found a list"}},
        Wrong{"FieldTypo",
              with_step("{ action: XDP_TX, fields: { ip.tll: 63 } }\n"),
              "8:41",
              {"no frame has a field", "did you mean ip.ttl?"}},
        Wrong{"FieldValue",
              with_step("{ action: XDP_TX, fields: { ip.ttl: 256 } }\n"),
              "8:41",
              {"a number of 8 bits"}},
        Wrong{"Checksums",
              with_step("{ action: XDP_TX, checksums: right }\n"),
              "8:42",
              {"expected 'checksums: valid'"}},
        Wrong{"MetadataText",
              with_step("{ action: XDP_TX, metadata: five }\n"),
              "8:41",
              {"hex:...", "none"}},
        Wrong{"NothingOfEntry",
              with_entry("{ key: 0 }"),
              "7:25",
              {"exactly one of value, sum_cpus and absent"}},
        Wrong{"TwoOfEntry",
              with_entry("{ key: 0, value: 1, sum_cpus: 1 }"),
              "7:25",
              {"exactly one of"}},
        Wrong{"NoMemberOfEntry",
              with_entry("{ key: 0, value: {} }"),
              "7:42",
              {"the entry's value is empty"}},
        Wrong{"NoMemberOfSum",
              with_entry("{ key: 0, sum_cpus: {} }"),
              "7:45",
              {"the entry's sum_cpus is empty"}},
        Wrong{"NoElementOfEntry",
              with_entry("{ key: 0, value: [] }"),
              "7:42",
              {"the entry's value is empty"}},
        Wrong{"NoMemberOfGlobal",
              with_check(
                  "steps: [{ in: a, expect: { action: XDP_TX } }]\n  expect: { globals: { g: {} "
                  "} }\n"),
              "7:27",
              {"global 'g' is empty"}},
        Wrong{"NoMemberOfMetadata",
              with_step("{ action: XDP_TX, metadata: { type: struct m, value: {} } }\n"),
              "8:66",
              {"the metadata's value is empty"}},
        Wrong{"NoKeyOfEntry", with_entry("{ sum_cpus: 0 }"), "7:25", {"has no key 'key'"}},
        Wrong{"EntryTypo",
              with_entry("{ key: 0, sum_cpu: 1 }"),
              "7:35",
              {"did you mean 'sum_cpus'?"}},
        Wrong{"AbsentFalse",
              with_entry("{ key: 0, absent: false }"),
              "7:43",
              {"expected 'absent: true'", "'false'"}},
        Wrong{"AbsentList", with_entry("{ key: 0, absent: [true] }"), "7:43", {"found a list"}}),
    test_name);

TEST(Expectations, RefusesExpectedEventsThatSayNothingOrContradictThemselves) {
    EXPECT_NE(refusal(with_events("{ log: { type: e } }")).what.find("expect nothing"),
              std::string::npos);
    EXPECT_NE(refusal(with_events("{ log: { cuont: 1 } }")).what.find("did you mean 'count'"),
              std::string::npos);
    EXPECT_NE(refusal(with_events("{ log: { count: 1, records: [ {a: 1}, {a: 2} ] } }"))
                  .what.find("count is 1, but 2 records are listed"),
              std::string::npos);
    EXPECT_NE(refusal(with_events("{ log: { lost: none } }")).what.find("s.yaml:7:38"),
              std::string::npos);
}

}  // namespace
}  // namespace xdpbench::check
