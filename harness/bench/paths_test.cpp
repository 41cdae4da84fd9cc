// What a program does with each frame, and how often it did so while it was timed.
#include "bench/paths.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>

namespace xdpbench::bench {
namespace {

TEST(MainPath, IsTheCommonestAndMixedIfThereAreOthers) {
    Paths paths;
    paths.returned = {XDP_TX, XDP_TX, XDP_TX};
    paths.tally[XDP_TX] = 3;
    find_main_path(paths);
    EXPECT_EQ(paths.action, model::Action::tx);
    EXPECT_FALSE(paths.mixed);
    EXPECT_EQ(paths.only(), model::Action::tx);
    paths.returned.push_back(XDP_DROP);
    ++paths.tally[XDP_DROP];
    find_main_path(paths);
    EXPECT_EQ(paths.action, model::Action::tx);
    EXPECT_TRUE(paths.mixed);
    EXPECT_EQ(paths.only(), std::nullopt);
}

// Windows that end anywhere, as a loop that goes on where it stopped makes them.
TEST(PathWatch, CountsEachFrameAsOftenAsTheLoopCameBy) {
    Paths paths;
    paths.returned = {XDP_DROP, XDP_TX, XDP_PASS, XDP_TX, XDP_REDIRECT, XDP_DROP, XDP_DROP};
    PathWatch watch(paths);
    model::ActionTally one_by_one{};
    std::uint32_t last = 6;
    for (const std::uint64_t runs : {1U, 6U, 7U, 3U, 5U, 1000U, 20U, 70U, 2U, 4U, 699U}) {
        for (std::uint64_t i = 0; i < runs; ++i) {
            last = (last + 1) % 7;
            ++one_by_one[paths.returned[last]];
        }
        traffic::TimedRuns timed;
        timed.runs = runs;
        timed.frame = last;
        timed.returned = paths.returned[last];
        ASSERT_TRUE(watch.note(timed));
        EXPECT_EQ(watch.tally(), one_by_one) << "after " << runs << " more";
    }
}

TEST(PathWatch, AnotherPathIsInvalid) {
    Paths paths;
    paths.returned = {XDP_DROP, XDP_TX};
    PathWatch watch(paths);
    traffic::TimedRuns timed;
    timed.runs = 2;
    timed.frame = 1;
    timed.returned = XDP_DROP;
    const auto noted = watch.note(timed);
    ASSERT_FALSE(noted);
    EXPECT_EQ(noted.error().kind, ErrorKind::invalid);
    EXPECT_NE(noted.error().text().find("frame 1 returned XDP_DROP"), std::string::npos);
}

TEST(PathWatch, MorePacketsOfAPathThanWereNotedAreInvalidFewerMayBeLost) {
    Paths paths;
    paths.returned = {XDP_DROP, XDP_TX, XDP_TX};
    PathWatch watch(paths);
    watch.note(2, 5);  // TX, DROP, TX, TX, DROP
    model::ActionTally counted{};
    counted[XDP_DROP] = 2;
    counted[XDP_TX] = 3;
    EXPECT_EQ(watch.tally(), counted);
    EXPECT_TRUE(watch.verify(counted));
    --counted[XDP_TX];
    EXPECT_TRUE(watch.verify(counted));
    ++counted[XDP_PASS];
    const auto strayed = watch.verify(counted);
    ASSERT_FALSE(strayed);
    EXPECT_EQ(strayed.error().kind, ErrorKind::invalid);
    EXPECT_NE(strayed.error().text().find("1 of 5 frames took another path"), std::string::npos);
    EXPECT_NE(strayed.error().text().find("1 XDP_PASS instead of 0"), std::string::npos);
}

}  // namespace
}  // namespace xdpbench::bench
