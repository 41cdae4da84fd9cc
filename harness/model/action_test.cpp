#include "model/action.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "model/mode.h"
#include "model/value.h"

namespace xdpbench::model {
namespace {

TEST(Action, HasTheKernelsNumbers) {
    EXPECT_EQ(static_cast<int>(Action::aborted), XDP_ABORTED);
    EXPECT_EQ(static_cast<int>(Action::drop), XDP_DROP);
    EXPECT_EQ(static_cast<int>(Action::pass), XDP_PASS);
    EXPECT_EQ(static_cast<int>(Action::tx), XDP_TX);
    EXPECT_EQ(static_cast<int>(Action::redirect), XDP_REDIRECT);
}

TEST(Action, NamesAreReadBack) {
    for (int i = 0; i < kActionCount; ++i) {
        const auto action = static_cast<Action>(i);
        EXPECT_EQ(parse_action(action_name(action)), action);
    }
    EXPECT_EQ(action_name(Action::redirect), "XDP_REDIRECT");
    EXPECT_EQ(parse_action("XDP_drop"), std::nullopt);
    EXPECT_EQ(parse_action(""), std::nullopt);
}

TEST(Mode, NamesAreReadBack) {
    for (int i = 0; i < kModeCount; ++i) {
        const auto mode = static_cast<Mode>(i);
        EXPECT_EQ(parse_mode(mode_name(mode)), mode);
    }
    EXPECT_EQ(mode_name(Mode::offload), "offload");
    EXPECT_EQ(parse_mode("skb"), std::nullopt);
}

TEST(Location, Text) {
    EXPECT_EQ((Location{"a.yaml", 3, 14}).text(), "a.yaml:3:14");
    EXPECT_EQ((Location{"a.yaml", 0, 0}).text(), "a.yaml");
    EXPECT_EQ(Location{}.text(), "");
}

TEST(Value, OnOneLine) {
    const Value inner{{}, Value::Fields{{"c", {{}, "2"}}}};
    const Value list{{}, Value::List{{{}, "3"}, {{}, "two words"}}};
    const Value all{{},
                    Value::Fields{{"a", {{}, "1"}}, {"b", inner}, {"d", list}, {"e", {{}, ""}}}};
    EXPECT_EQ(one_line(all), "a=1 b={c=2} d=[3, \"two words\"] e=\"\"");
    EXPECT_EQ(one_line({{}, "two words"}), "two words");
}

}  // namespace
}  // namespace xdpbench::model
