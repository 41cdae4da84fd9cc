#include "stats/run_difference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace xdpbench::stats {
namespace {

TEST(RunDifference, OneRunASideHasTheSpreadOfSeparateRuns) {
    const std::vector<double> old{std::log(100)};
    const std::vector<double> slower{std::log(110)};
    const auto found = run_difference(old, slower);
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->shift, std::log(1.1), 1e-12);
    EXPECT_NEAR(found->interval.high - found->shift, single_run_allowance(), 1e-12);
    EXPECT_NEAR(single_run_allowance(), 0.0364, 0.0001);
    EXPECT_EQ(found->interval.coverage, kRunConfidence);
    // What windows say is added.
    const auto wider = run_difference(old, slower, kRunSpread * kRunSpread);
    EXPECT_NEAR(wider->interval.high - wider->shift, std::sqrt(2.0) * single_run_allowance(), 1e-9);
}

TEST(RunDifference, MoreRunsAreMoreExactAndSpreadShows) {
    const std::vector<double> quiet{4.600, 4.602, 4.598, 4.601, 4.599};
    const std::vector<double> wild{4.5, 4.7, 4.6, 4.45, 4.75};
    const double narrow = run_difference(quiet, quiet)->interval.high;
    EXPECT_LT(narrow, single_run_allowance());
    EXPECT_GT(run_difference(quiet, wild)->interval.high, 3 * narrow);
}

TEST(RunDifference, NothingWithoutRunsOrWithWhatIsNoNumber) {
    const std::vector<double> some{1.0};
    const std::vector<double> bad{std::numeric_limits<double>::quiet_NaN()};
    EXPECT_FALSE(run_difference(some, {}));
    EXPECT_FALSE(run_difference({}, some));
    EXPECT_FALSE(run_difference(some, bad));
    EXPECT_FALSE(run_difference(some, some, -1));
}

// Of equal programs whose runs spread by 1 % at most 1 in 100 intervals misses 0; of runs that
// spread by 3 % it is the runs themselves that tell.
TEST(RunDifference, SeldomMisses) {
    std::mt19937_64 random(7);
    for (const auto& [spread, runs] : {std::pair{0.01, 1}, {0.01, 5}, {0.03, 10}}) {
        std::normal_distribution<double> figure(4.6, spread);
        int missed = 0;
        constexpr int kTrials = 20'000;
        for (int trial = 0; trial < kTrials; ++trial) {
            std::vector<double> first;
            std::vector<double> second;
            for (int run = 0; run < runs; ++run) {
                first.push_back(figure(random));
                second.push_back(figure(random));
            }
            const auto found = run_difference(first, second);
            if (found->interval.low > 0 || found->interval.high < 0) ++missed;
        }
        EXPECT_LE(missed, kTrials * 0.015) << spread << " " << runs;
    }
}

}  // namespace
}  // namespace xdpbench::stats
