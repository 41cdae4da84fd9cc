#include "compare/compare.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/interrupt.h"
#include "compare/blocks.h"
#include "compare/port_blocks.h"

namespace xdpbench::compare {
namespace {

// A median above 5 ns says little where every other quad was disturbed.
TEST(LeastOwnTime, IsWhatAProgramClearlyTakes) {
    EXPECT_DOUBLE_EQ(least_own_time({136, 137, 136, 137, 136}, {100, 100, 100, 100, 100}), 36);
    EXPECT_LT(least_own_time({187, 180, 190, 183, 189}, {182, 182, 182, 182, 182}), 5);
    EXPECT_DOUBLE_EQ(least_own_time({}, {}), 0);
}

TEST(PlanLooks, DoubleUntilTheBudgetEnds) {
    EXPECT_EQ(plan_looks(5), (std::vector<std::size_t>{12}));
    EXPECT_EQ(plan_looks(24), (std::vector<std::size_t>{12, 24}));
    EXPECT_EQ(plan_looks(100), (std::vector<std::size_t>{24, 48, 100}));
    EXPECT_EQ(plan_looks(192), (std::vector<std::size_t>{24, 48, 96, 192}));
    EXPECT_EQ(plan_looks(1'000'000).back(), 600U);
}

// Blocks as they are told.
class ToldBlocks final : public BlockSource {
  public:
    explicit ToldBlocks(double effect, int interrupted_after = 1000)
        : effect_(effect), interrupted_after_(interrupted_after) {}
    Result<Block> measure() override {
        if (measured_ == interrupted_after_) return interrupted_error();
        ++measured_;
        const double noise = measured_ % 2 == 0 ? 0.002 : -0.0021;
        return Block{effect_ + noise, -noise, 50, 50 * std::exp(effect_), 17};
    }
    [[nodiscard]] model::Measure measures() const override { return model::Measure::program; }
    [[nodiscard]] double resolution() const override { return 0.02; }

  private:
    double effect_;
    int interrupted_after_;
    int measured_ = 0;
};

TEST(CompareCase, StopsAtTheFirstVerdict) {
    const auto quiet = [](const std::string&) {};
    ToldBlocks slow(0.05);
    const Result<model::ComparedCase> slower = compare_case(slow, {}, 5, quiet);
    ASSERT_TRUE(slower);
    EXPECT_EQ(slower->comparison.judgement, stats::Judgement::slower);
    EXPECT_EQ(slower->ratios.size(), 24U);
    ToldBlocks alike(0.0);
    EXPECT_EQ(compare_case(alike, {}, 5, quiet)->comparison.judgement, stats::Judgement::same);
    // What the clocks cannot resolve is no difference, whatever baseline was asked for.
    ToldBlocks tiny(0.015);
    EXPECT_EQ(compare_case(tiny, {}, 5, quiet)->comparison.judgement, stats::Judgement::same);
}

TEST(CompareCase, KeepsWhatWasMeasuredUntilAnInterruption) {
    const auto quiet = [](const std::string&) {};
    ToldBlocks blocks(0.05, 8);
    const Result<model::ComparedCase> one = compare_case(blocks, {}, 5, quiet);
    ASSERT_TRUE(one);
    EXPECT_EQ(one->ratios.size(), 7U);  // the first one does not count
    EXPECT_EQ(one->comparison.judgement, stats::Judgement::inconclusive);
    ToldBlocks none(0.05, 1);
    const Result<model::ComparedCase> nothing = compare_case(none, {}, 5, quiet);
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().kind, ErrorKind::interrupted);
}

TEST(BoundOverPort, IsTheGeneratorWhereItSendsNoMore) {
    constexpr double kMost = 2e6;  // frames/s: 500 ns each
    EXPECT_EQ(bound_over_port(500, 0, kMost), model::Bound::generator);
    EXPECT_EQ(bound_over_port(520, 0.0005, kMost), model::Bound::generator);
    EXPECT_EQ(bound_over_port(600, 0, kMost), model::Bound::path);
    EXPECT_EQ(bound_over_port(500, 0.01, kMost), model::Bound::program);
    EXPECT_EQ(bound_over_port(0, 0, kMost), model::Bound::path);
}

}  // namespace
}  // namespace xdpbench::compare
