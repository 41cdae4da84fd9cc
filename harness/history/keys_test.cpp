#include "history/keys.h"

#include <gtest/gtest.h>

namespace xdpbench::history {
namespace {

using Names = std::set<std::string>;

TEST(TellingKeys, AreThoseThatDifferAnywhere) {
    const Keys one{{"host", "a"}, {"kernel", "6.1"}, {"cpu", "x"}};
    const Keys other{{"host", "b"}, {"kernel", "6.1"}, {"cpu", "x"}};
    const Keys third{{"host", "a"}, {"kernel", "6.1"}, {"hypervisor", "kvm"}};
    EXPECT_EQ(telling_keys({}), Names());
    EXPECT_EQ(telling_keys({&one}), Names());
    EXPECT_EQ(telling_keys({&one, &one}), Names());
    EXPECT_EQ(telling_keys({&one, &other}), Names({"host"}));
    EXPECT_EQ(telling_keys({&one, &third}), Names({"cpu", "hypervisor"}));
    EXPECT_EQ(telling_keys({&one, &one, &other, &third}), Names({"cpu", "host", "hypervisor"}));
}

TEST(TellingKeys, EmptyIsLikeMissing) {
    const Keys one{{"variant", ""}};
    const Keys other{};
    EXPECT_EQ(telling_keys({&one, &other}), Names());
}

}  // namespace
}  // namespace xdpbench::history
