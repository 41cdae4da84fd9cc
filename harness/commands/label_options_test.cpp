#include "commands/label_options.h"

#include <gtest/gtest.h>

namespace xdpbench::commands {
namespace {

TEST(LabelOption, TakesNamesWithValues) {
    const auto labels = parse_labels({"commit=1a2b,branch=fix/a=b", "_x1=y z"});
    ASSERT_TRUE(labels) << labels.error().text();
    EXPECT_EQ(*labels, (model::Labels{{"commit", "1a2b"}, {"branch", "fix/a=b"}, {"_x1", "y z"}}));
}

TEST(LabelOption, RefusesWhatIsNoLabel) {
    for (const char* const wrong :
         {"commit", "commit=", "=1a", "1a=b", "a-b=c", "a=b,", "a=b,a=c", "a=\x1b[31m", "ä=b"}) {
        const auto labels = parse_labels({wrong});
        ASSERT_FALSE(labels) << wrong;
        EXPECT_NE(labels.error().what.find("--label"), std::string::npos);
    }
    EXPECT_FALSE(parse_labels({"a=" + std::string(257, 'x')}));
    EXPECT_TRUE(parse_labels({"a=" + std::string(256, 'x')}));
}

}  // namespace
}  // namespace xdpbench::commands
