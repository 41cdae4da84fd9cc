#include "run/run.h"

#include <gtest/gtest.h>

namespace xdpbench::run {
namespace {

TEST(Plan, RefusesWhatNobodyKnows) {
    RunOptions options;
    EXPECT_EQ(plan_run(options).error().kind, ErrorKind::input);
    options.programs = {"xdp_pass"};
    options.passed_on = {"--verbose"};
    EXPECT_NE(plan_run(options).error().what.find("--verbose"), std::string::npos);
}

}  // namespace
}  // namespace xdpbench::run
