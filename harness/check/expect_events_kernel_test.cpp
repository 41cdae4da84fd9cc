#include <gtest/gtest.h>

#include "bpf/fixture_test.h"
#include "check/check.h"
#include "check/validate.h"
#include "scenario/emit.h"
#include "scenario/parse.h"
#include "scenario/reader.h"

namespace xdpbench::check {
namespace {

class ExpectEventsTest : public bpf::KernelTest {
  protected:
    static target::Target target(const std::string& function, const std::string& events) {
        auto scenario = scenario::parse_scenario_text(
            "name: a\nabout: b\nprogram: { object: events.bpf.o, function: " + function +
                " }\nglobals: { burst: 2 }\nchecks:\n  - name: n\n    steps:\n"
                "      - in: \"hex: 0000000000010000000000020800\"\n"
                "        expect: { action: XDP_PASS }\n"
                "    expect: { events: " +
                events + " }\n",
            "s.yaml");
        EXPECT_TRUE(scenario) << scenario.error().text();
        target::Target target;
        target.scenario = *std::move(scenario);
        target.object = bpf::fixture_object("events");
        return target;
    }

    // "" if the check holds, else why not.
    static std::string judged(const std::string& function, const std::string& events) {
        const target::Target under_test = target(function, events);
        const auto valid = validate(under_test, false);
        if (!valid) return valid.error().text();
        return run_check(under_test, under_test.scenario.checks.at(0)).message;
    }
};

TEST_F(ExpectEventsTest, HoldsWhereTheRecordsAreAsExpected) {
    EXPECT_EQ(judged("rings",
                     "{ events: { records: [ { number: 0, type: 2048, source: "
                     "\"00:00:00:00:00:02\" }, { number: 1 } ], lost: 0 } }"),
              "");
    EXPECT_EQ(judged("rings", "{ events: { count: 2, records: [ { number: 0 } ] } }"), "");
    EXPECT_EQ(judged("rings", "{ unheard: { records: [ \"hex:02\" ] } }"), "");
    EXPECT_EQ(judged("perfs", "{ oddities: { count: 2, lost: 0 }, alike: { count: 1 } }"), "");
    EXPECT_EQ(
        judged("perfs", "{ oddities: { type: oddity, records: [ {tail: 7}, {number: 1} ] } }"), "");
}

TEST_F(ExpectEventsTest, SaysWhatIsOtherwise) {
    const std::string order =
        judged("rings", "{ events: { records: [ {number: 1}, {number: 0} ] } }");
    EXPECT_NE(order.find("event 0 of events: got source=00:00:00:00:00:02 type=2048 number=0\n"
                         "  number   expected 1   got 0"),
              std::string::npos)
        << order;
    EXPECT_EQ(judged("rings", "{ events: { records: [ {number: 0} ] } }"),
              "events of events: expected 1 record, got 2");
    EXPECT_EQ(judged("perfs", "{ oddities: { count: 0 } }"),
              "events of oddities: expected 0 records, got 2");
    EXPECT_EQ(judged("perfs", "{ oddities: { lost: 3 } }"),
              "events of oddities: expected 3 lost, got 0");
}

TEST_F(ExpectEventsTest, AStepHasTheRecordsOfItsOwnFramesOnly) {
    const auto judged_in_steps = [](const std::string& first, const std::string& second) {
        target::Target under_test = target("rings", "{ events: { count: 4 } }");
        std::vector<scenario::Step>& steps = under_test.scenario.checks.at(0).steps;
        steps.push_back(steps.front());
        for (const auto& [step, events] : {std::pair(&steps[0], first), {&steps[1], second}}) {
            const target::Target other = target("rings", "{ events: " + events + " }");
            scenario::entry_of(step->expect, "events") =
                scenario::find_entry(*other.scenario.checks.at(0).expect, "events")->value;
        }
        const auto valid = validate(under_test, false);
        if (!valid) return valid.error().text();
        return run_check(under_test, under_test.scenario.checks.at(0)).message;
    };
    const std::string two = "{ records: [ { number: 0 }, { number: 1 } ], lost: 0 }";
    EXPECT_EQ(judged_in_steps(two, "{ records: [ { number: 2 }, { number: 3 } ] }"), "");
    EXPECT_EQ(judged_in_steps(two, "{ count: 4 }"),
              "hex: 0000000000010000000000020800: events of events: expected 4 records, got 2");
    EXPECT_NE(judged_in_steps("{ type: event, count: 2 }", "{ type: oddity, count: 2 }")
                  .find("elsewhere in the check"),
              std::string::npos);
}

TEST_F(ExpectEventsTest, WhatCannotBeJudgedIsRefusedBeforehand) {
    EXPECT_NE(judged("rings", "{ evens: { count: 0 } }").find("did you mean events?"),
              std::string::npos);
    EXPECT_NE(judged("rings", "{ events: { records: [ {nuber: 0} ] } }").find("no field nuber"),
              std::string::npos);
    EXPECT_NE(judged("rings", "{ events: { type: evnt, count: 0 } }").find("did you mean event?"),
              std::string::npos);
    EXPECT_NE(judged("rings", "{ unheard: { lost: 0 } }").find("count it in a global variable"),
              std::string::npos);
}

}  // namespace
}  // namespace xdpbench::check
