#include "testbed/port_accounting.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>

namespace xdpbench::testbed {
namespace {

TEST(PortAccounting, NothingIsLost) {
    LinkCounts counts;
    counts.actions = {0, 2, 3, 5, 0};
    counts.received = 5;
    counts.passed = 3;
    EXPECT_EQ(name_losses(counts, 10), "");
    EXPECT_EQ(counts.losses, model::Losses{});
    EXPECT_EQ(frames_moved(counts), 18U);
}

TEST(PortAccounting, LossesHaveNamesByWhereTheFramesWere) {
    LinkCounts counts;
    counts.actions = {0, 2, 30, 50, 0};
    counts.received = 49;
    counts.passed = 27;
    EXPECT_EQ(name_losses(counts, 100), "");
    EXPECT_EQ(
        counts.losses,
        (model::Losses{{"lost_before_program", 18}, {"lost_after_tx", 1}, {"lost_after_pass", 3}}));
}

TEST(PortAccounting, RedirectedFramesComeBackOrReachTheStack) {
    LinkCounts counts;
    counts.actions = {0, 0, 0, 0, 10};
    counts.received = 4;
    counts.passed = 5;
    EXPECT_EQ(name_losses(counts, 10), "");
    EXPECT_EQ(counts.losses, (model::Losses{{"lost_after_redirect", 1}}));
}

TEST(PortAccounting, LossesAreToldToWhomReadsWhyAReplayFailed) {
    EXPECT_EQ(losses_text({}), "");
    EXPECT_EQ(losses_text({{"lost_after_tx", 1}, {"lost_before_program", 1022}}),
              "the ports lost frames, which is not the program's doing: lost_after_tx 1, "
              "lost_before_program 1,022\n");
}

TEST(PortAccounting, RedirectedFramesReachSockets) {
    LinkCounts counts;
    counts.actions = {0, 0, 5, 0, 10};
    counts.passed = 5;
    counts.sockets.frames = 10;
    EXPECT_EQ(name_losses(counts, 15), "");
    EXPECT_EQ(counts.losses, model::Losses{});
    EXPECT_EQ(frames_moved(counts), 30U);
    counts.sockets.frames = 8;
    EXPECT_EQ(name_losses(counts, 15), "");
    EXPECT_EQ(counts.losses, (model::Losses{{"lost_after_redirect", 2}}));
    counts.sockets.frames = 11;
    EXPECT_NE(name_losses(counts, 15).find("and 11 AF_XDP sockets"), std::string::npos);
}

TEST(PortAccounting, RedirectedFramesAreLostApartFromThoseOfOtherWays) {
    LinkCounts counts;
    counts.actions = {0, 0, 20, 30, 40};
    counts.received = 30 + 25;
    counts.passed = 20 + 10;
    EXPECT_EQ(name_losses(counts, 100), "");
    EXPECT_EQ(counts.losses,
              (model::Losses{{"lost_before_program", 10}, {"lost_after_redirect", 5}}));

    LinkCounts none;
    none.actions = {0, 0, 0, 0, 10};
    EXPECT_EQ(name_losses(none, 10), "");
    EXPECT_EQ(none.losses, (model::Losses{{"lost_after_redirect", 10}}));

    LinkCounts more = none;
    more.received = 11;
    EXPECT_NE(name_losses(more, 10).find("10 by XDP_REDIRECT, but 11 came back"),
              std::string::npos);
}

TEST(PortAccounting, WhatWasSeenToBeLostIsNotWaitedFor) {
    const model::Losses seen{{"cpumap_drops", 3}, {"redirect_errors", 2}};
    EXPECT_TRUE(all_known({}, {}));
    EXPECT_TRUE(all_known({}, seen));
    EXPECT_TRUE(all_known({{"lost_after_redirect", 5}}, seen));
    EXPECT_FALSE(all_known({{"lost_after_redirect", 6}}, seen)) << "one may still be on its way";
    EXPECT_FALSE(all_known({{"lost_after_redirect", 5}}, {}));
    EXPECT_FALSE(all_known({{"lost_before_program", 1}, {"lost_after_redirect", 5}}, seen));
    EXPECT_FALSE(all_known({{"lost_before_program", 5}}, seen));
}

TEST(PortAccounting, FramesThatNobodySentAreNoLosses) {
    LinkCounts handled;
    handled.actions = {0, 11, 0, 0, 0};
    EXPECT_EQ(name_losses(handled, 10), "10 frames sent, but the program handled 11");

    LinkCounts returned;
    returned.actions = {0, 5, 0, 5, 0};
    returned.received = 6;
    EXPECT_NE(name_losses(returned, 10).find("6 came back"), std::string::npos);
    EXPECT_EQ(returned.losses, model::Losses{});

    LinkCounts passed;
    passed.actions = {0, 5, 5, 0, 0};
    passed.passed = 6;
    EXPECT_NE(name_losses(passed, 20).find("6 reached the stack"), std::string::npos);
}

}  // namespace
}  // namespace xdpbench::testbed
