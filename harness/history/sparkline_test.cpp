#include "history/sparkline.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace xdpbench::history {
namespace {

std::string of(const std::vector<double>& values, std::size_t columns = 40) {
    return sparkline(values, columns);
}

TEST(Sparkline, ReachesFromTheLowestToTheHighestValue) {
    EXPECT_EQ(of({100, 200, 300, 400, 500, 600, 700, 800}), "▁▂▃▄▅▆▇█");
    EXPECT_EQ(of({800, 100}), "█▁");
}

TEST(Sparkline, ShowsNoiseAsFlat) {
    EXPECT_EQ(of({1000, 1001, 1000, 999}), "▅▅▅▄");
    EXPECT_EQ(of({7, 7, 7}), "▅▅▅");
    EXPECT_EQ(of({0, 0}), "▅▅");
}

TEST(Sparkline, HasMediansOfMoreValuesThanColumns) {
    EXPECT_EQ(of({1, 1, 9, 100, 100, 3}, 2), "▁█");
    EXPECT_EQ(of(std::vector<double>(1000, 1.0), 3), "▅▅▅");
}

TEST(Sparkline, IsEmptyWithoutFiniteValues) {
    EXPECT_EQ(of({}), "");
    EXPECT_EQ(of({1}, 0), "");
    EXPECT_EQ(of({1, std::numeric_limits<double>::quiet_NaN()}), "");
}

}  // namespace
}  // namespace xdpbench::history
