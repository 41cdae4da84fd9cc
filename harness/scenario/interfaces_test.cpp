#include "scenario/interfaces.h"

#include <gtest/gtest.h>

#include "scenario/parse.h"

namespace xdpbench::scenario {
namespace {

Configuration configuration(const std::string& text) {
    const auto scenario = parse_scenario_text(
        "name: a\nabout: b\nprogram: c\nbench: { traffic: a.pcap, action: XDP_TX }\n" + text,
        "s.yaml");
    EXPECT_TRUE(scenario) << scenario.error().text();
    return scenario ? scenario->configuration : Configuration{};
}

TEST(Interfaces, ANameBecomesTheIndexWhereverItStands) {
    const Configuration written = configuration(
        "globals: { target: \"interface:out0\", other: 5 }\n"
        "maps:\n  ports: [ { key: \"interface:dut0\", value: { ifindex: \"interface:out0\", "
        "list: [1, \"interface:dut0\"] } } ]\n");
    EXPECT_TRUE(names_interfaces(written));
    const auto known = with_indexes(written, {{"dut0", 7}, {"out0", 12}});
    ASSERT_TRUE(known) << known.error().text();
    EXPECT_EQ(*known->globals[0].value.scalar(), "12");
    EXPECT_EQ(*known->globals[1].value.scalar(), "5");
    const MapEntry& entry = known->maps[0].entries[0];
    EXPECT_EQ(*entry.key.scalar(), "7");
    const model::Value::Fields& fields = *entry.value->fields();
    EXPECT_EQ(*fields[0].value.scalar(), "12");
    EXPECT_EQ(*(*fields[1].value.list())[1].scalar(), "7");
    EXPECT_FALSE(names_interfaces(*known));
}

TEST(Interfaces, AnUnknownOneIsAnErrorAtItsPlace) {
    const auto unknown = with_indexes(configuration("globals:\n  target: \"interface:out1\"\n"),
                                      {{"dut0", 1}, {"out0", 1}});
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().kind, ErrorKind::input);
    EXPECT_NE(unknown.error().what.find("s.yaml:6:11: there is no interface 'out1'"),
              std::string::npos)
        << unknown.error().what;
    EXPECT_NE(unknown.error().what.find("did you mean 'out0'"), std::string::npos);
}

TEST(Interfaces, TheOneOfAChainIsMissingElsewhere) {
    const auto missing =
        with_indexes(configuration("globals:\n  target: \"interface:out0\"\n"), {{"dut0", 1}});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().what.find("did you mean"), std::string::npos) << missing.error().what;
    EXPECT_NE(missing.error().advice.find("topology: chain"), std::string::npos);
}

}  // namespace
}  // namespace xdpbench::scenario
