#include "run/shards.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace xdpbench::run {
namespace {

// What GoogleTest of this test itself was told stays for the others.
class Shards : public testing::Test {
  protected:
    void TearDown() override {
        ::unsetenv("GTEST_TOTAL_SHARDS");
        ::unsetenv("GTEST_SHARD_INDEX");
    }
    static bool sound(const char* total, const char* index) {
        ::unsetenv("GTEST_TOTAL_SHARDS");
        ::unsetenv("GTEST_SHARD_INDEX");
        if (total != nullptr) ::setenv("GTEST_TOTAL_SHARDS", total, 1);
        if (index != nullptr) ::setenv("GTEST_SHARD_INDEX", index, 1);
        const Result<void> checked = require_sound_shards();
        if (!checked) {
            EXPECT_EQ(checked.error().kind, ErrorKind::input);
        }
        return checked.has_value();
    }
};

TEST_F(Shards, OneOfThoseThereAre) {
    EXPECT_TRUE(sound(nullptr, nullptr));
    EXPECT_TRUE(sound("1", "0"));
    EXPECT_TRUE(sound("2", "1"));
}

TEST_F(Shards, AllElseIsAnInputError) {
    EXPECT_FALSE(sound("2", "5"));
    EXPECT_FALSE(sound("2", "2"));
    EXPECT_FALSE(sound("0", "0"));
    EXPECT_FALSE(sound("2", nullptr));
    EXPECT_FALSE(sound(nullptr, "0"));
    EXPECT_FALSE(sound("", "0"));
    EXPECT_FALSE(sound("2", "-1"));
    EXPECT_FALSE(sound("2", "x"));
    EXPECT_FALSE(sound("99999999999", "0"));
}

}  // namespace
}  // namespace xdpbench::run
