// What a program did that does not count itself: from every counter that tells of it, once.
#include "testbed/derived_actions.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>

namespace xdpbench::testbed {
namespace {

TEST(OverQueues, SumsOneCounterOfOneDirection) {
    const DriverCounters counters{
        {"rx_queue_0_drops", 1},    {"rx_queue_12_drops", 2},    {"rx_queue_0_xdp_drops", 40},
        {"tx_queue_0_drops", 500},  {"rx_queue_0_drops_x", 600}, {"rx_drops", 7000},
        {"tx_queue_0_xdp_xmit", 3},
    };
    EXPECT_EQ(over_queues(counters, kRx, "drops"), 3U);
    EXPECT_EQ(over_queues(counters, kRx, "xdp_drops"), 40U);
    EXPECT_EQ(over_queues(counters, kTx, "xdp_xmit"), 3U);
    EXPECT_EQ(over_queues(counters, kTx, "xdp_xmit_errors"), 0U);
}

TEST(DerivedActions, ANativeProgramsAreThoseOfTheDriver) {
    LinkCounts counts;
    counts.handled_by_device = 100;
    counts.no_action = 2;
    counts.losses = {{"redirect_errors", 3}, {"xsk_rx_ring_full", 4}, {"dut_rx_drops", 5}};
    derive_native_actions({{"rx_queue_0_xdp_drops", 12},
                           {"rx_queue_1_xdp_drops", 10},
                           {"rx_queue_0_xdp_tx", 6},
                           {"rx_queue_0_xdp_tx_errors", 1},
                           {"rx_queue_0_xdp_redirect", 8}},
                          counts);
    EXPECT_EQ(counts.actions[XDP_DROP], 20U) << "without what is no action";
    EXPECT_EQ(counts.actions[XDP_TX], 7U) << "with those that the driver could not send";
    EXPECT_EQ(counts.actions[XDP_REDIRECT], 15U) << "with those that led nowhere";
    // 100 - 20 - 7 - 15 - 2 without an action - 5 that the driver dropped
    EXPECT_EQ(counts.actions[XDP_PASS], 51U);
}

// Counters are read one after the other: those read first may be behind.
TEST(DerivedActions, CountersThatAreBehindGiveNoHugeNumbers) {
    LinkCounts counts;
    counts.handled_by_device = 1;
    counts.no_action = 5;
    derive_native_actions({{"rx_queue_0_xdp_drops", 2}, {"rx_queue_0_xdp_tx", 3}}, counts);
    EXPECT_EQ(counts.actions[XDP_DROP], 0U);
    EXPECT_EQ(counts.actions[XDP_PASS], 0U);
    counts = {};
    counts.handled_by_device = 1;
    counts.received = 2;
    derive_generic_actions({}, counts);
    EXPECT_EQ(counts.actions[XDP_PASS], 0U);
    EXPECT_EQ(counts.actions[XDP_DROP], 0U);
}

LinkCounts generic() {
    LinkCounts counts;
    counts.handled_by_device = 100;
    counts.received = 10;
    counts.passed = 20;
    counts.forwarded = 30;
    counts.sockets.frames = 5;
    counts.losses = {{"dut_tx_errors", 1},   {"tester_rx_drops", 1}, {"redirect_errors", 1},
                     {"out_xmit_errors", 1}, {"sink_rx_drops", 1},   {"xsk_fill_ring_empty", 1}};
    return counts;
}

TEST(DerivedActions, AGenericProgramsAreWhereItsFramesArrived) {
    LinkCounts counts = generic();
    derive_generic_actions({}, counts);
    EXPECT_EQ(counts.actions[XDP_TX], 12U);
    EXPECT_EQ(counts.actions[XDP_REDIRECT], 39U);
    EXPECT_EQ(counts.actions[XDP_PASS], 20U);
    EXPECT_EQ(counts.actions[XDP_DROP], 29U) << "all others";
}

TEST(DerivedActions, AbortedFramesAreNotDropped) {
    LinkCounts counts;
    counts.handled_by_device = 10;
    counts.no_action = 1;
    counts.aborted = 3;
    derive_native_actions({{"rx_queue_0_xdp_drops", 10}}, counts);
    EXPECT_EQ(counts.actions[XDP_ABORTED], 3U);
    EXPECT_EQ(counts.actions[XDP_DROP], 6U);
    counts.actions = {};
    derive_generic_actions({}, counts);
    EXPECT_EQ(counts.actions[XDP_ABORTED], 3U);
    EXPECT_EQ(counts.actions[XDP_DROP], 6U);
}

TEST(DerivedActions, AGenericProgramsRedirectsAreAsManyAsTracepointsSaw) {
    LinkCounts counts = generic();
    counts.redirected = 37 + 14;  // and 2 failed; 14 of them are at no end that only they reach
    derive_generic_actions({}, counts);
    EXPECT_EQ(counts.actions[XDP_REDIRECT], 53U);
    EXPECT_EQ(counts.actions[XDP_TX], 0U) << "12 of them may have come back";
    EXPECT_EQ(counts.actions[XDP_PASS], 18U) << "and two reached the stack";
    EXPECT_EQ(counts.actions[XDP_DROP], 29U);
    EXPECT_EQ(counts.handled(), 100U);
}

TEST(DerivedActions, AFrameThatIsNowhereIsNotDroppedWhereNoneIsExpectedToBe) {
    LinkCounts counts = generic();
    derive_generic_actions(model::Action::pass, counts);
    EXPECT_EQ(counts.actions[XDP_DROP], 0U);
    EXPECT_EQ(counts.actions[XDP_PASS], 20U);
    for (const model::Action action : {model::Action::drop, model::Action::aborted}) {
        counts = generic();
        derive_generic_actions(action, counts);
        EXPECT_EQ(counts.actions[XDP_DROP], 29U);
    }
}

}  // namespace
}  // namespace xdpbench::testbed
