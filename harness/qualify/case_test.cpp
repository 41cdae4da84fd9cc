#include "qualify/case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "qualify/run.h"

namespace xdpbench::qualify {
namespace {

TEST(QualifyCases, HaveNamesOfTheirOwn) {
    std::set<std::string> names;
    for (const CaseEntry& entry : all_cases()) {
        EXPECT_TRUE(names.insert(std::string(entry.group) + "." + entry.name).second) << entry.name;
        EXPECT_NE(entry.run, nullptr);
        EXPECT_EQ(std::string(entry.name).find_first_of(" .:'*?-"), std::string::npos);
    }
    EXPECT_GT(names.size(), 15U);
}

TEST(QualifyCases, AreSelectedByGroupAndPorts) {
    const auto both = select({}, true);
    ASSERT_TRUE(both);
    EXPECT_EQ(both->cases.size(), all_cases().size());
    EXPECT_TRUE(both->not_run.empty());
    const auto one_port = select({"control"}, false);
    ASSERT_TRUE(one_port);
    EXPECT_FALSE(one_port->cases.empty());
    EXPECT_NE(std::find(one_port->not_run.begin(), one_port->not_run.end(), "control.mtu_1500"),
              one_port->not_run.end());
}

// GoogleTest runs the cases of a group one after the other: the last case is of the last group.
TEST(QualifyCases, PagePoolsAreLookedAtAfterAllOthers) {
    std::vector<std::string> groups;
    for (const CaseEntry& entry : all_cases()) {
        if (groups.empty() || groups.back() != entry.group) groups.emplace_back(entry.group);
    }
    EXPECT_EQ(groups, group_names());
    EXPECT_EQ(std::string(all_cases().back().name), "pages");
}

TEST(QualifyCases, OfAPlanThatIsContinued) {
    auto selection = select({}, true);
    ASSERT_TRUE(selection);
    model::QualificationRecord record;
    record.planned = {"control.mtu_1500", "data.loss"};
    keep_planned(record, *selection);
    ASSERT_EQ(selection->cases.size(), 2U);
    EXPECT_EQ(std::string(selection->cases[1].name), "loss");
}

TEST(QualifyCases, AnUnknownGroupIsNamed) {
    const auto unknown = select({"contrl"}, true);
    ASSERT_FALSE(unknown);
    EXPECT_NE(unknown.error().text().find("did you mean control"), std::string::npos);
}

}  // namespace
}  // namespace xdpbench::qualify
