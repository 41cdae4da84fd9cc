// Accounting: which counts cover all frames, and how each kind of gap is reported.
#include "testbed/accounting.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>

namespace xdpbench::testbed {
namespace {

// 10 frames: 4 sent back, 3 passed, 3 dropped.
LinkCounts balanced() {
    LinkCounts counts;
    counts.actions[XDP_TX] = 4;
    counts.actions[XDP_PASS] = 3;
    counts.actions[XDP_DROP] = 3;
    counts.handled_by_device = 10;
    counts.received = 4;
    counts.passed = 3;
    return counts;
}

TEST(Accounting, Balance) { EXPECT_EQ(unaccounted(balanced(), 10), ""); }

TEST(Accounting, NamedLossesAreAccountedFor) {
    LinkCounts counts = balanced();
    counts.losses["generator_xmit_errors"] = 5;
    EXPECT_EQ(unaccounted(counts, 15), "");
    counts.actions[XDP_TX] += 2;
    counts.handled_by_device += 2;
    counts.losses["dut_tx_errors"] = 1;
    counts.losses["tester_rx_drops"] = 1;
    EXPECT_EQ(unaccounted(counts, 17), "");
    // Taken in, but never seen by the program.
    counts.handled_by_device += 1;
    counts.losses["dut_rx_drops"] = 1;
    EXPECT_EQ(unaccounted(counts, 18), "");
}

TEST(Accounting, EveryImbalanceIsTold) {
    EXPECT_NE(unaccounted(balanced(), 11).find("11 frames sent, but the interface took in 10"),
              std::string::npos);
    LinkCounts counts = balanced();
    counts.actions[XDP_DROP] = 2;
    EXPECT_NE(unaccounted(counts, 10).find("the program handled 9"), std::string::npos);
    counts = balanced();
    counts.actions[XDP_DROP] = 4;
    EXPECT_NE(unaccounted(counts, 10).find("the program handled 11"), std::string::npos);
    counts = balanced();
    counts.received = 3;
    EXPECT_NE(unaccounted(counts, 10).find("4 frames left by XDP_TX, but 3 came back"),
              std::string::npos);
    counts = balanced();
    counts.passed = 4;
    EXPECT_NE(unaccounted(counts, 10).find("3 frames left by XDP_PASS, but 4 reached"),
              std::string::npos);
    counts.passed = 2;
    EXPECT_NE(unaccounted(counts, 10)
                  .find("3 frames left by XDP_PASS, but 2 reached the stack; it "
                        "takes no frame whose VLAN tag is cut off"),
              std::string::npos);
}

TEST(Accounting, WhereDropsAreNotSeenTheProgramMayHaveDropped) {
    EXPECT_NE(unaccounted_error("a", true).advice.find("a fault of xdp-bench"), std::string::npos);
    const Error error = unaccounted_error("a", false);
    EXPECT_NE(error.cause.find("the program drops here what it does not drop in test runs"),
              std::string::npos);
    EXPECT_EQ(error.advice, "see what it does with them: --only replay");
}

// A redirected frame may arrive at any end.
TEST(Accounting, RedirectedFramesAreFoundWhereTheyArrive) {
    LinkCounts counts = balanced();
    counts.actions[XDP_REDIRECT] = 12;
    counts.handled_by_device += 12;
    counts.forwarded = 4;
    counts.received += 3;  // redirected back
    counts.passed += 2;    // by way of a CPUMAP
    counts.losses = {{"out_xmit_errors", 1}, {"sink_rx_drops", 1}, {"dut_rx_drops", 1}};
    EXPECT_EQ(unaccounted(counts, 22), "");
    counts.forwarded = 3;
    EXPECT_NE(unaccounted(counts, 22).find("12 frames left by XDP_REDIRECT, but 3 reached the far"),
              std::string::npos)
        << unaccounted(counts, 22);
    counts.received = 3;  // fewer than left by XDP_TX
    EXPECT_NE(unaccounted(counts, 22).find("left by XDP_TX"), std::string::npos);
}

TEST(Accounting, FramesInSocketsAndThoseThatRingsDroppedAreRedirected) {
    LinkCounts counts = balanced();
    counts.actions[XDP_REDIRECT] = 10;
    counts.handled_by_device += 10;
    counts.sockets.frames = 6;
    counts.losses = {{"xsk_rx_ring_full", 1},
                     {"xsk_fill_ring_empty", 1},
                     {"xsk_too_long", 1},
                     {"redirect_errors", 1}};
    EXPECT_EQ(unaccounted(counts, 20), "");
    EXPECT_EQ(lost_to_sockets(counts.losses), 3U);
    EXPECT_EQ(redirect_end(counts), model::End::tester);
    counts.sockets.frames = 5;
    EXPECT_NE(unaccounted(counts, 20).find("5 reached AF_XDP sockets"), std::string::npos)
        << unaccounted(counts, 20);
    counts.received = counts.passed = 0;
    EXPECT_EQ(redirect_end(counts), model::End::sockets);
    const LinkCounts none = since(counts, counts);
    EXPECT_EQ(none.sockets.frames, 0U);
}

// A driver that counts the frame whose redirect failed as dropped and not as redirected.
TEST(Accounting, OnlyWaysThatFramesTookAreNamed) {
    LinkCounts counts = balanced();
    counts.actions[XDP_REDIRECT] = 2;
    counts.handled_by_device += 2;
    counts.forwarded = 1;
    EXPECT_EQ(
        unaccounted(counts, 12),
        "1 frame unaccounted for: 2 frames left by XDP_REDIRECT, but 1 reached the far end; "
        "what a program behind the map drops, and a broadcast to a map without other targets, is "
        "counted nowhere");
}

TEST(Accounting, AFailedRedirectThatOnlyTheDriverCounts) {
    LinkCounts counts = balanced();
    counts.handled_by_device += 2;
    counts.losses["dut_rx_drops"] = 2;
    EXPECT_EQ(unaccounted(counts, 12), "");
}

TEST(Accounting, SinceIsTheDifferenceAndForgetsLossesOfZero) {
    LinkCounts before = balanced();
    before.losses = {{"dut_rx_drops", 7}, {"dut_tx_errors", 1}};
    before.cpus = {{0, {0, 3, 3, 4, 0}}};
    LinkCounts now = before;
    now.actions[XDP_TX] += 5;
    now.cpus[0].actions[XDP_TX] += 5;
    now.handled_by_device += 5;
    now.received += 4;
    now.losses["dut_tx_errors"] += 1;
    const LinkCounts counts = since(before, now);
    EXPECT_EQ(counts.handled(), 5U);
    EXPECT_EQ(counts.cpus[0].actions, (model::ActionTally{0, 0, 0, 5, 0}));
    EXPECT_EQ(counts.losses, (model::Losses{{"dut_tx_errors", 1}}));
    EXPECT_EQ(unaccounted(counts, 5), "");
}

TEST(Attribute, WhatTheProgramCountsStays) {
    LinkCounts counts;
    model::ActionTally& seen = counts.actions;
    seen[XDP_PASS] = 10;
    attribute_all(ActionSource::program, model::Action::redirect, counts);
    EXPECT_EQ(seen[XDP_PASS], 10U);
}

TEST(Attribute, TheDriverTakesAbortedForDropped) {
    LinkCounts counts;
    model::ActionTally& seen = counts.actions;
    seen[XDP_DROP] = 10;
    seen[XDP_PASS] = 2;
    attribute_all(ActionSource::driver, model::Action::aborted, counts);
    EXPECT_EQ(seen[XDP_ABORTED], 10U);
    EXPECT_EQ(seen[XDP_PASS], 2U);  // another path, and told so
    attribute_all(ActionSource::driver, model::Action::redirect, counts);
    EXPECT_EQ(seen[XDP_PASS], 2U);
}

TEST(Attribute, WhereItArrivesARedirectLooksLikeOthers) {
    LinkCounts counts;
    model::ActionTally& seen = counts.actions;
    seen[XDP_PASS] = 6;
    seen[XDP_TX] = 4;
    attribute_all(ActionSource::arrivals, model::Action::redirect, counts);
    EXPECT_EQ(seen[XDP_REDIRECT], 10U);
    EXPECT_EQ(seen[XDP_PASS] + seen[XDP_TX], 0U);
}

TEST(Attribute, ARedirectThatArrivedNowhereIsNoDrop) {
    model::ActionTally expected{};
    expected[XDP_DROP] = 2;
    expected[XDP_REDIRECT] = 5;
    model::ActionTally seen{};
    seen[XDP_DROP] = 7;
    attribute(ActionSource::arrivals, expected, seen);
    EXPECT_EQ(seen, expected);
}

TEST(Attribute, OnlyAsManyAsAreExpected) {
    model::ActionTally expected{};
    expected[XDP_PASS] = 3;
    expected[XDP_REDIRECT] = 5;
    expected[XDP_TX] = 2;
    model::ActionTally seen{};
    seen[XDP_PASS] = 9;  // one more than both
    seen[XDP_TX] = 1;    // one fewer: no redirect
    attribute(ActionSource::arrivals, expected, seen);
    EXPECT_EQ(seen[XDP_PASS], 4U);
    EXPECT_EQ(seen[XDP_REDIRECT], 5U);
    EXPECT_EQ(seen[XDP_TX], 1U);
}

// What a scenario expects does not change what was seen.
TEST(Attribute, WhatTracepointsSawStays) {
    // Six frames that were seen as `seen`, and are expected to be `expected`.
    const auto stays = [](std::size_t seen, std::size_t expected, LinkCounts counts) {
        model::ActionTally all{};
        all.at(expected) = 6;
        counts.actions.at(seen) = 6;
        attribute(ActionSource::arrivals, all, counts);
        return counts.actions.at(seen) == 6;
    };
    LinkCounts aborted;
    aborted.aborted = 6;
    EXPECT_TRUE(stays(XDP_ABORTED, XDP_DROP, aborted));
    LinkCounts none;
    none.aborted = 0;
    none.redirected = 0;
    EXPECT_TRUE(stays(XDP_DROP, XDP_ABORTED, none));
    EXPECT_TRUE(stays(XDP_TX, XDP_REDIRECT, none));
    EXPECT_FALSE(stays(XDP_TX, XDP_REDIRECT, {})) << "without tracepoints it may be either";
}

// Of redirected frames it is seen how many there are, and not where they arrived.
TEST(Attribute, RedirectedFramesArriveWhereTheyAreExpected) {
    model::ActionTally expected{};
    expected[XDP_TX] = 3;
    expected[XDP_PASS] = 2;
    expected[XDP_REDIRECT] = 2;
    LinkCounts counts;  // 3 came back, 4 reached the stack: taken for 2 redirected back
    counts.actions[XDP_TX] = 1;
    counts.actions[XDP_PASS] = 4;
    counts.actions[XDP_REDIRECT] = 2;
    counts.redirected = 2;
    LinkCounts lossless = counts;
    attribute(ActionSource::arrivals, expected, counts);
    EXPECT_EQ(counts.actions, expected);
    lossless.forwarded = 1;  // only one of the two may have arrived elsewhere
    attribute(ActionSource::arrivals, expected, lossless);
    EXPECT_EQ(lossless.actions[XDP_TX], 2U);
    EXPECT_EQ(lossless.actions[XDP_PASS], 3U);
}

TEST(Since, WhatTracepointsSawBeforeIsTakenOut) {
    LinkCounts before;
    before.aborted = 2;
    LinkCounts now;
    now.aborted = 5;
    now.redirected = 7;
    const LinkCounts between = since(before, now);
    EXPECT_EQ(between.aborted, 3U);
    EXPECT_EQ(between.redirected, 7U);
}

}  // namespace
}  // namespace xdpbench::testbed
