#include "model/qualification.h"

#include <gtest/gtest.h>

namespace xdpbench::model {
namespace {

QualificationRecord record_of(const std::vector<Finding>& findings) {
    QualificationRecord record;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        QualifiedCase one;
        one.group = "data";
        one.name = std::to_string(i);
        one.finding = findings[i];
        record.planned.push_back(one.full_name());
        record.cases.push_back(one);
    }
    return record;
}

TEST(Qualification, PassesAndSkipsQualify) {
    const auto record = record_of({Finding::pass, Finding::skip});
    EXPECT_EQ(verdict_of(record), Qualification::qualified);
    EXPECT_EQ(exit_code_of(record), kHeld);
}

TEST(Qualification, ANoteIsTold) {
    const auto record = record_of({Finding::pass, Finding::note});
    EXPECT_EQ(verdict_of(record), Qualification::qualified_with_notes);
    EXPECT_EQ(exit_code_of(record), kHeld);
}

TEST(Qualification, OneFailureDecides) {
    const auto record = record_of({Finding::pass, Finding::invalid, Finding::fail});
    EXPECT_EQ(verdict_of(record), Qualification::not_qualified);
    EXPECT_EQ(exit_code_of(record), kFailed);
}

TEST(Qualification, UnaccountedFramesLeaveItIncomplete) {
    const auto record = record_of({Finding::pass, Finding::invalid});
    EXPECT_EQ(verdict_of(record), Qualification::incomplete);
    EXPECT_EQ(exit_code_of(record), kInvalid);
}

TEST(Qualification, CasesThatDidNotRunLeaveItIncomplete) {
    auto record = record_of({Finding::pass});
    record.planned.emplace_back("redirect.devmap");
    EXPECT_EQ(verdict_of(record), Qualification::incomplete);
    EXPECT_EQ(exit_code_of(record), kNothingRan);
    record.interrupted = true;
    EXPECT_EQ(exit_code_of(record), kInterrupted);
}

TEST(Qualification, OnePortAloneIsIncomplete) {
    auto record = record_of({Finding::pass});
    record.not_run.emplace_back("data.actions");
    EXPECT_EQ(verdict_of(record), Qualification::incomplete);
}

TEST(Qualification, NothingButSkipsIsIncomplete) {
    EXPECT_EQ(verdict_of(record_of({Finding::skip})), Qualification::incomplete);
}

TEST(Qualification, FindingsHaveNames) {
    for (const Finding finding :
         {Finding::pass, Finding::note, Finding::skip, Finding::invalid, Finding::fail}) {
        Finding read = Finding::pass;
        EXPECT_TRUE(parse_finding(name_of(finding), read));
        EXPECT_EQ(read, finding);
    }
    Finding none = Finding::note;
    EXPECT_FALSE(parse_finding("PASSED", none));
    EXPECT_EQ(none, Finding::note);
}

}  // namespace
}  // namespace xdpbench::model
