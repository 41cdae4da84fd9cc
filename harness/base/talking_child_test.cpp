#include "base/talking_child.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace xdpbench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(TalkingChild, AnswersLineByLine) {
    auto child = TalkingChild::start({"cat"});
    ASSERT_TRUE(child) << child.error().text();
    EXPECT_EQ(child->write("one", seconds(20)), true);
    EXPECT_EQ(child->write("two", seconds(20)), true);
    EXPECT_EQ(child->read(seconds(20)), std::optional<std::string>("one"));
    EXPECT_EQ(child->read(seconds(20)), std::optional<std::string>("two"));
    EXPECT_FALSE(child->at_end());
}

// Else a connection that is stuck would hold the tool up for ever.
TEST(TalkingChild, ThatReadsNothingIsNotWaitedForWithoutEnd) {
    auto child = TalkingChild::start({"sleep", "1"});
    ASSERT_TRUE(child) << child.error().text();
    EXPECT_EQ(child->write(std::string(1 << 20, 'x'), milliseconds(50)), false);
    const auto line = child->read(milliseconds(50));
    ASSERT_TRUE(line) << line.error().text();
    EXPECT_FALSE(line->has_value());
    EXPECT_FALSE(child->at_end());
}

}  // namespace
}  // namespace xdpbench
