#include "stats/evidence.h"

#include <gtest/gtest.h>

namespace xdpbench::stats {
namespace {

// A window of 2 ms that lost this share of it.
WindowEvidence window_that_lost(double share) {
    WindowEvidence window;
    window.wall_seconds = 0.002;
    window.cpu_seconds = 0.002 * (1 - share);
    return window;
}

WindowEvidence throttled_window() {
    WindowEvidence window = window_that_lost(0.8);
    window.throttled_seconds = 0.0016;
    window.preemptions = 1;
    return window;
}

WindowEvidence preempted_window() {
    WindowEvidence window = window_that_lost(0.5);
    window.waited_seconds = 0.001;
    window.preemptions = 2;
    window.sleeps = 1;
    return window;
}

TEST(Evidence, WhatWasLostDecides) {
    EXPECT_EQ(judge(window_that_lost(0)), Disturbance::none);
    EXPECT_EQ(judge(window_that_lost(0.009)), Disturbance::none);
    EXPECT_EQ(judge(window_that_lost(0.011)), Disturbance::stolen);
    EXPECT_EQ(judge(window_that_lost(0.011), {0.02, 30}), Disturbance::none);
    // A switch that took nothing does no harm.
    WindowEvidence switched = window_that_lost(0.001);
    switched.preemptions = 1;
    EXPECT_EQ(judge(switched), Disturbance::none);
    // The two clocks are not read at once: a thread may seem to have more than there was.
    EXPECT_EQ(window_that_lost(-0.01).lost_share(), 0);
    EXPECT_EQ(WindowEvidence{}.lost_share(), 0);
}

TEST(Evidence, TheReasonIsTheMostSpecial) {
    EXPECT_EQ(judge(throttled_window()), Disturbance::throttled);
    EXPECT_EQ(judge(preempted_window()), Disturbance::preempted);
    WindowEvidence slept = window_that_lost(0.3);
    slept.sleeps = 1;
    EXPECT_EQ(judge(slept), Disturbance::slept);
}

WindowTally tally_of(std::size_t clean, std::size_t throttled, std::size_t preempted) {
    WindowTally tally;
    for (std::size_t i = 0; i < clean; ++i) tally.add(window_that_lost(0), Disturbance::none);
    for (std::size_t i = 0; i < throttled; ++i)
        tally.add(throttled_window(), Disturbance::throttled);
    for (std::size_t i = 0; i < preempted; ++i)
        tally.add(preempted_window(), Disturbance::preempted);
    return tally;
}

TEST(Evidence, CountsByReason) {
    const WindowTally tally = tally_of(88, 3, 9);
    EXPECT_EQ(tally.windows(), 100U);
    EXPECT_EQ(tally.clean(), 88U);
    EXPECT_EQ(tally.excluded(), 12U);
    EXPECT_EQ(tally.count(Disturbance::preempted), 9U);
    EXPECT_NEAR(tally.total().wall_seconds, 0.2, 1e-12);
    EXPECT_EQ(tally.total().preemptions, 3U + 18U);
    EXPECT_EQ(tally.text(), "12.0 % of windows excluded: 3.0 % throttled, 9.0 % preempted");
    EXPECT_EQ(tally_of(5, 0, 0).text(), "");
}

TEST(Evidence, TooFewNamesTheCause) {
    EXPECT_FALSE(why_too_few(tally_of(30, 100, 0), {}));
    EXPECT_EQ(why_too_few(tally_of(29, 71, 2), {1, "quota of 20 % of a CPU (cgroup /x)", ""}),
              "only 29 of 102 windows count, 30 are needed: throttled for 56 % of the time: quota "
              "of 20 % of a CPU (cgroup /x)");
    EXPECT_EQ(why_too_few(tally_of(0, 0, 10), {1, "", "process 4711 (stress)"}),
              "only 0 of 10 windows count, 30 are needed: other threads ran on CPU 1 for 50 % of "
              "the time: process 4711 (stress)");
    WindowTally stolen;
    for (int i = 0; i < 10; ++i) stolen.add(window_that_lost(0.12), Disturbance::stolen);
    EXPECT_EQ(why_too_few(stolen, {0, "", ""}),
              "only 0 of 10 windows count, 30 are needed: steal 12 % on CPU 0");
    EXPECT_EQ(why_too_few({}, {}), "only 0 of 0 windows count, 30 are needed");
}

}  // namespace
}  // namespace xdpbench::stats
