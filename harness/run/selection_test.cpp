#include "run/selection.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace xdpbench::run {
namespace {

class SelectionTest : public testing::Test {
  protected:
    // ctest may run this very test as a shard.
    void SetUp() override {
        for (const char* const name :
             {"GTEST_FILTER", "TESTBRIDGE_TEST_ONLY", "GTEST_REPEAT", "GTEST_TOTAL_SHARDS",
              "GTEST_SHARD_INDEX", "BENCHMARK_FILTER"})
            ::unsetenv(name);
    }
    void TearDown() override { SetUp(); }

    static void shards(const char* total, const char* index) {
        ::setenv("GTEST_TOTAL_SHARDS", total, 1);
        ::setenv("GTEST_SHARD_INDEX", index, 1);
    }
};

TEST_F(SelectionTest, FiltersOfTheEnvironmentAreNamed) {
    EXPECT_EQ(filters_in_environment({}), "");
    ::setenv("GTEST_FILTER", "nosuch", 1);
    ::setenv("BENCHMARK_FILTER", "x", 1);
    EXPECT_EQ(filters_in_environment({}), "GTEST_FILTER=nosuch, BENCHMARK_FILTER=x");
}

TEST_F(SelectionTest, FiltersThatAFlagReplacesAreNot) {
    ::setenv("GTEST_FILTER", "nosuch", 1);
    ::setenv("TESTBRIDGE_TEST_ONLY", "nosuch", 1);
    ::setenv("GTEST_REPEAT", "2", 1);
    ::setenv("BENCHMARK_FILTER", "x", 1);
    EXPECT_EQ(filters_in_environment({"--gtest_filter=check.*"}),
              "GTEST_REPEAT=2, BENCHMARK_FILTER=x");
    EXPECT_EQ(filters_in_environment({"--gtest_repeat=1", "--benchmark_filter=y"}),
              "GTEST_FILTER=nosuch, TESTBRIDGE_TEST_ONLY=nosuch");
}

TEST_F(SelectionTest, OneShardOfSeveral) {
    EXPECT_FALSE(is_one_of_several_shards().value());
    shards("1", "0");
    EXPECT_FALSE(is_one_of_several_shards().value());
    shards("3", "2");
    EXPECT_TRUE(is_one_of_several_shards().value());
}

TEST_F(SelectionTest, ShardsThatThereAreNotAreAnInputError) {
    for (const auto& [total, index] :
         {std::pair{"2", "5"}, std::pair{"2", "2"}, std::pair{"2", "-1"}, std::pair{"x", "0"},
          std::pair{"", "0"}, std::pair{"2", "1x"}}) {
        shards(total, index);
        const Result<bool> sharded = is_one_of_several_shards();
        ASSERT_FALSE(sharded) << total << " " << index;
        EXPECT_EQ(sharded.error().kind, ErrorKind::input);
    }
    ::unsetenv("GTEST_SHARD_INDEX");
    EXPECT_FALSE(is_one_of_several_shards());
}

TEST_F(SelectionTest, NothingSelectedIsNoSuccess) {
    const Error by_flag = none_selected(12, "");
    EXPECT_EQ(by_flag.kind, ErrorKind::unavailable);
    EXPECT_EQ(by_flag.what, "0 of 12 cases selected, so nothing ran");
    EXPECT_EQ(by_flag.cause, "the flags behind -- select none");
    const Error by_environment = none_selected(1, "GTEST_REPEAT=0");
    EXPECT_EQ(by_environment.what, "0 of 1 case selected, so nothing ran");
    EXPECT_EQ(by_environment.cause, "the environment has GTEST_REPEAT=0");
    EXPECT_EQ(none_selected(0, "").cause,
              "the scenario has none of the parts that --only asks for");
}

}  // namespace
}  // namespace xdpbench::run
