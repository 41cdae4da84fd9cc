#include "probe/privileges.h"

#include <gtest/gtest.h>
#include <linux/capability.h>

#include <algorithm>
#include <string>

namespace xdpbench::probe {
namespace {

constexpr std::uint64_t bit(unsigned capability) { return 1ULL << capability; }

std::vector<std::string> missing_of(std::uint64_t effective) {
    std::vector<std::string> names;
    for (const Privilege& privilege : privileges_of(effective))
        if (!privilege.held) names.push_back(privilege.name);
    return names;
}

using Names = std::vector<std::string>;

TEST(Privileges, EachBitOfItsOwn) {
    EXPECT_EQ(missing_of(0),
              (Names{"CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_BPF", "CAP_PERFMON"}));
    EXPECT_EQ(missing_of(bit(CAP_NET_ADMIN)),
              (Names{"CAP_SYS_ADMIN", "CAP_NET_RAW", "CAP_BPF", "CAP_PERFMON"}));
    EXPECT_EQ(missing_of(bit(CAP_BPF)),
              (Names{"CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_PERFMON"}));
    EXPECT_EQ(missing_of(bit(CAP_PERFMON)),
              (Names{"CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_BPF"}));
}

// bpf_capable() and perfmon_capable() accept CAP_SYS_ADMIN; ns_capable(.., CAP_NET_ADMIN) does not.
TEST(Privileges, SysAdminStandsForBpfAndPerfmonOnly) {
    EXPECT_EQ(missing_of(bit(CAP_SYS_ADMIN)), (Names{"CAP_NET_ADMIN", "CAP_NET_RAW"}));
    EXPECT_EQ(missing_of(bit(CAP_SYS_ADMIN) | bit(CAP_NET_ADMIN) | bit(CAP_NET_RAW)), Names{});
    EXPECT_EQ(missing_of(~bit(CAP_SYS_ADMIN)), Names{"CAP_SYS_ADMIN"});
}

TEST(Privileges, TheErrorNamesWhatIsMissingAndNothingElse) {
    EXPECT_TRUE(require_held(privileges_of(~0ULL)));
    const auto held = require_held(privileges_of(bit(CAP_SYS_ADMIN)));
    ASSERT_FALSE(held);
    EXPECT_EQ(held.error().kind, ErrorKind::unavailable);
    const std::string text = held.error().text();
    EXPECT_NE(text.find("CAP_NET_ADMIN (interfaces"), std::string::npos) << text;
    EXPECT_NE(text.find("nothing was created"), std::string::npos) << text;
    EXPECT_NE(text.find("sudo"), std::string::npos) << text;
    for (const char* const other : {"CAP_SYS_ADMIN", "CAP_BPF", "CAP_PERFMON"})
        EXPECT_EQ(text.find(other), std::string::npos) << text;
}

}  // namespace
}  // namespace xdpbench::probe
