#include "stats/control_variate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "stats/summary.h"

namespace xdpbench::stats {
namespace {

// The machine's speed changes from run to run by up to 20 %.
std::vector<double> moving(std::size_t count, double level) {
    std::mt19937 generator(1);
    std::uniform_real_distribution<double> speed(0.9, 1.1);
    std::vector<double> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(level * speed(generator));
    return values;
}

TEST(WithoutControl, TakesOutWhatTheBaselineAddsAndMultiplies) {
    const std::vector<double> baseline = moving(40, 40);
    std::vector<double> added;
    std::vector<double> multiplied;
    for (const double value : baseline) {
        added.push_back(80 + value);
        multiplied.push_back(3 * value);
    }
    const double usual = *median(baseline);
    for (const double value : without_control(added, baseline))
        EXPECT_NEAR(value, 80 + usual, 1e-9);
    for (const double value : without_control(multiplied, baseline))
        EXPECT_NEAR(value, 3 * usual, 1e-9);
}

TEST(WithoutControl, KeepsAChangeOfTheFigureItself) {
    const std::vector<double> baseline = moving(40, 40);
    std::vector<double> figures;
    for (std::size_t i = 0; i < baseline.size(); ++i)
        figures.push_back(80 + baseline[i] + (i < 20 ? 0 : 4));
    const std::vector<double> result = without_control(figures, baseline);
    EXPECT_NEAR(result.front(), 80 + *median(baseline), 1e-9);
    EXPECT_NEAR(result.back() - result.front(), 4, 1e-9);
}

// Their noise must not become the figure's.
TEST(WithoutControl, TakesNothingOutForNoiseOfTheControl) {
    const std::vector<double> baseline = moving(200, 40);
    std::vector<double> figures;
    std::mt19937 generator(2);
    std::normal_distribution<double> noise(120, 0.5);
    for (std::size_t i = 0; i < baseline.size(); ++i) figures.push_back(noise(generator));
    const std::vector<double> result = without_control(figures, baseline);
    EXPECT_LT(*median_absolute_deviation(result), *median_absolute_deviation(figures) * 1.1);
}

// A figure that falls where its part rises: no machine does that.
TEST(WithoutControl, NeverAddsWhatTheBaselineTook) {
    EXPECT_EQ(without_control(std::vector<double>{6, 5, 4, 3, 2, 1, 1},
                              std::vector<double>{1, 2, 3, 4, 5, 6, 7}),
              (std::vector<double>{6, 5, 4, 3, 2, 1, 1}));
}

TEST(WithoutControl, LeavesFiguresWithoutOne) {
    const std::vector<double> figures{10, 20, 10, 20, 10, 20, 33};
    EXPECT_EQ(without_control(figures, std::vector<double>{1, 2, 1, 2, 1, 0, 0}), figures);
    EXPECT_EQ(without_control(figures, std::vector<double>{1, 2, 1, 2, 1, 2, 0}),
              (std::vector<double>{15, 15, 15, 15, 15, 15, 33}));
    EXPECT_EQ(without_control(std::vector<double>(7, 5), std::vector<double>(7, 2)),
              std::vector<double>(7, 5));
    const std::vector<double> infinite(7, std::numeric_limits<double>::infinity());
    EXPECT_EQ(without_control(infinite, std::vector<double>{1, 2, 3, 4, 5, 6, 7}), infinite);
    EXPECT_TRUE(without_control({}, {}).empty());
}

}  // namespace
}  // namespace xdpbench::stats
