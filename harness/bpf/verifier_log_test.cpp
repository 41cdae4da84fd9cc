#include "bpf/verifier_log.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace xdpbench::bpf {
namespace {

using Depths = std::vector<std::uint32_t>;

TEST(VerifierCost, OfKernel618) {
    const VerifierCost cost = parse_verifier_cost(
        "verification time 122 usec\nstack depth 8\nprocessed 106 insns (limit 1000000) "
        "max_states_per_insn 0 total_states 8 peak_states 7 mark_read 0\n");
    EXPECT_EQ(cost.processed_insns, 106U);
    EXPECT_EQ(cost.total_states, 8U);
    EXPECT_EQ(cost.peak_states, 7U);
    EXPECT_EQ(cost.stack_bytes, Depths{8});
}

TEST(VerifierCost, OfEveryFunctionItsStack) {
    const VerifierCost cost = parse_verifier_cost("stack depth 16+0+512\n");
    EXPECT_EQ(cost.stack_bytes, (Depths{16, 0, 512}));
    EXPECT_FALSE(cost.processed_insns);
}

TEST(VerifierCost, OfKernel73) {
    const VerifierCost cost = parse_verifier_cost(
        "verification time 8694 usec\nstack depth max 48\n"
        "subprog 0 (xdp_main) main insns_self 3 insns_total 9 stack 16\n"
        "subprog 1 (<unknown>) static insns_self 6 insns_total 6 stack 24\n"
        "processed 9 insns (limit 1000000) max_states_per_insn 0 total_states 2 peak_states 1 "
        "mark_read 0\n");
    EXPECT_EQ(cost.processed_insns, 9U);
    EXPECT_EQ(cost.stack_bytes, (Depths{16, 24}));
}

// Kernel 4.14 and before; and what a later kernel may come to write.
TEST(VerifierCost, WhatIsNotThereIsAbsent) {
    const VerifierCost old = parse_verifier_cost("processed 106 insns\n");
    EXPECT_EQ(old.processed_insns, 106U);
    EXPECT_FALSE(old.total_states);
    EXPECT_TRUE(old.stack_bytes.empty());
    for (const char* const log :
         {"", "\n", "processed", "processed ", "processed many insns", "processed 1x insns",
          "processed 99999999999999999999999 insns", "stack depth", "stack depth 8+",
          "stack depth -1", "stack depth 8+x", "the stack depth 8", "total_states 8",
          "stack depth max 8", "subprog 0 (a) main stack ", "subprog 0 (a) main stack 8 more",
          "a subprog 0 (a) stack 8", "subprog 0 (a) main insns_self 3"}) {
        const VerifierCost cost = parse_verifier_cost(log);
        EXPECT_FALSE(cost.processed_insns) << log;
        EXPECT_FALSE(cost.total_states) << log;
        EXPECT_TRUE(cost.stack_bytes.empty()) << log;
    }
    EXPECT_FALSE(parse_verifier_cost("processed 1 insns total_states").total_states);
}

constexpr const char* kRefused =
    "0: R1=ctx() R10=fp0\n"
    "; const __u8 *data = (void *)(long)ctx->data; @ rejected.bpf.c:11\n"
    "0: (61) r6 = *(u32 *)(r1 +0)          ; R1=ctx() R6_w=pkt(r=0)\n"
    "; return data[1000]; @ rejected.bpf.c:16\n"
    "17: (71) r0 = *(u8 *)(r6 +1000)\n"
    "invalid access to packet, off=1000 size=1, R6(id=0,off=1000,r=0)\n"
    "R6 offset is outside of the packet\n"
    "processed 18 insns (limit 1000000) max_states_per_insn 0 total_states 0\n";

TEST(RejectedInstruction, WithItsSourceLine) {
    const auto rejected = find_rejected_instruction(kRefused);
    ASSERT_TRUE(rejected);
    EXPECT_EQ(rejected->instruction, "17: (71) r0 = *(u8 *)(r6 +1000)");
    EXPECT_EQ(rejected->source, "return data[1000]; @ rejected.bpf.c:16");
}

TEST(RejectedInstruction, WithoutBtfThereIsNoSource) {
    const auto rejected = find_rejected_instruction("3: (95) exit     ; R0=1\nR0 !read_ok\n");
    ASSERT_TRUE(rejected);
    EXPECT_EQ(rejected->instruction, "3: (95) exit");
    EXPECT_EQ(rejected->source, "");
}

TEST(RejectedInstruction, NotEveryRejectionHasOne) {
    for (const char* const log : {"", "unreachable insn 7", "7: R0=1", "7: (zz) exit", "7: (9",
                                  "x: (95) exit", "last insn is not an exit or jmp"}) {
        EXPECT_FALSE(find_rejected_instruction(log)) << log;
    }
}

TEST(VerifierLog, WhatTheSystemRefusesIsNoRejection) {
    for (const int number : {-EINVAL, -EACCES, -E2BIG, EACCES}) EXPECT_TRUE(is_rejection(number));
    for (const int number : {-EMFILE, -ENFILE, -ENOMEM, -EPERM, EMFILE})
        EXPECT_FALSE(is_rejection(number));
}

}  // namespace
}  // namespace xdpbench::bpf
