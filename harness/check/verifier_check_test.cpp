#include "check/verifier_check.h"

#include <gtest/gtest.h>

namespace xdpbench::check {
namespace {

model::ProgramRecord program() {
    model::ProgramRecord record;
    record.verified_insns = 1200;
    record.total_states = 40;
    record.stack_bytes = {16, 64};
    record.xlated_bytes = 800;
    record.jited_bytes = 500;
    record.load_seconds = 0.020;
    return record;
}

TEST(VerifierCheck, HoldsUpToTheBound) {
    scenario::VerifierBounds bounds;
    bounds.instructions = 1200;
    bounds.states = 40;
    bounds.stack = 64;
    bounds.xlated = 800;
    bounds.jited = 500;
    bounds.load_seconds = 0.020;
    EXPECT_EQ(judge_cost(bounds, program()).outcome, model::Outcome::passed);
}

TEST(VerifierCheck, SaysBothFiguresOfEachBoundThatIsPassed) {
    scenario::VerifierBounds bounds;
    bounds.instructions = 1199;
    bounds.stack = 63;
    bounds.jited = 500;
    bounds.load_seconds = 0.010;
    const Verdict verdict = judge_cost(bounds, program());
    EXPECT_EQ(verdict.outcome, model::Outcome::failed);
    EXPECT_EQ(verdict.message,
              "instructions that the verifier processed: at most 1,199 expected, got 1,200\n"
              "bytes of stack: at most 63 expected, got 64\n"
              "time to load: at most 10 ms expected, got 20 ms");
}

TEST(VerifierCheck, WhatTheKernelDoesNotSayIsASkipUnlessAnotherBoundIsPassed) {
    scenario::VerifierBounds bounds;
    bounds.peak_states = 10;
    const Verdict unknown = judge_cost(bounds, program());
    EXPECT_EQ(unknown.outcome, model::Outcome::skipped);
    EXPECT_NE(unknown.message.find("does not report"), std::string::npos);
    bounds.states = 1;
    EXPECT_EQ(judge_cost(bounds, program()).outcome, model::Outcome::failed);
}

}  // namespace
}  // namespace xdpbench::check
