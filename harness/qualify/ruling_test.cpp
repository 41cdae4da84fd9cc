#include "qualify/ruling.h"

#include <gtest/gtest.h>

namespace xdpbench::qualify {
namespace {

using model::Finding;

TEST(Ruling, DeclaredAndNotWorkingFails) {
    EXPECT_EQ(judge_declared(Declared::yes, false, "x").finding, Finding::fail);
    EXPECT_EQ(judge_declared(Declared::yes, true, "x").finding, Finding::pass);
}

TEST(Ruling, NotDeclaredAndRefusedIsASkipWithTheKernelsText) {
    const Ruling ruling = judge_declared(Declared::no, false, "Operation not supported");
    EXPECT_EQ(ruling.finding, Finding::skip);
    EXPECT_EQ(ruling.text, "Operation not supported");
}

TEST(Ruling, NotDeclaredButWorkingIsANote) {
    EXPECT_EQ(judge_declared(Declared::no, true, "x").finding, Finding::note);
}

TEST(Ruling, WhereNothingCanBeDeclaredTheTrialDecides) {
    EXPECT_EQ(judge_declared(Declared::unknown, true, "x").finding, Finding::pass);
    EXPECT_EQ(judge_declared(Declared::unknown, false, "x").finding, Finding::skip);
}

TEST(Ruling, AnErrorOfTheToolIsNoFaultOfTheCard) {
    EXPECT_EQ(ruling_of(unavailable_error("no")).finding, Finding::skip);
    EXPECT_EQ(ruling_of(system_error("no", 5)).finding, Finding::invalid);
    EXPECT_EQ(ruling_of(Error{ErrorKind::invalid, "3 frames", {}, {}}).finding, Finding::invalid);
}

}  // namespace
}  // namespace xdpbench::qualify
