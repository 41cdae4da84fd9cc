#include "kernel/capabilities.h"

#include <gtest/gtest.h>
#include <linux/capability.h>

#include <algorithm>
#include <string>

#include "kernel/environment.h"

namespace xdpbench {
namespace {

constexpr std::uint64_t bit(unsigned capability) { return 1ULL << capability; }

std::vector<std::string> missing_of(std::uint64_t effective) {
    std::vector<std::string> names;
    for (const Privilege& privilege : privileges_of(effective))
        if (!privilege.held) names.push_back(privilege.name);
    return names;
}

using Names = std::vector<std::string>;

TEST(Capabilities, ReadFromStatus) {
    EXPECT_EQ(parse_effective_capabilities("Name:\tx\nCapPrm:\t0000000000000001\n"
                                           "CapEff:\t000001fffeffffff\nCapBnd:\t0\n"),
              0x1fffeffffffULL);
    EXPECT_EQ(parse_effective_capabilities("CapEff:\t0000000000000000"), 0U);
    EXPECT_EQ(parse_effective_capabilities("CapEff:\tffffffffffffffff"), ~0ULL);
}

TEST(Capabilities, RefusedIfUnreadable) {
    EXPECT_FALSE(parse_effective_capabilities(""));
    EXPECT_FALSE(parse_effective_capabilities("CapPrm:\t0000000000000001\n"));
    EXPECT_FALSE(parse_effective_capabilities("CapEff:\n"));
    EXPECT_FALSE(parse_effective_capabilities("CapEff:\t00zz\n"));
    EXPECT_FALSE(parse_effective_capabilities("CapEff:\t1ffffffffffffffff\n"));
}

TEST(Capabilities, EachBitOfItsOwn) {
    EXPECT_EQ(missing_of(0), (Names{"CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_BPF", "CAP_PERFMON"}));
    EXPECT_EQ(missing_of(bit(CAP_NET_ADMIN)), (Names{"CAP_SYS_ADMIN", "CAP_BPF", "CAP_PERFMON"}));
    EXPECT_EQ(missing_of(bit(CAP_BPF)), (Names{"CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_PERFMON"}));
    EXPECT_EQ(missing_of(bit(CAP_PERFMON)), (Names{"CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_BPF"}));
}

// bpf_capable() and perfmon_capable() accept CAP_SYS_ADMIN; ns_capable(.., CAP_NET_ADMIN) does not.
TEST(Capabilities, SysAdminStandsForBpfAndPerfmonOnly) {
    EXPECT_EQ(missing_of(bit(CAP_SYS_ADMIN)), Names{"CAP_NET_ADMIN"});
    EXPECT_EQ(missing_of(bit(CAP_SYS_ADMIN) | bit(CAP_NET_ADMIN)), Names{});
    EXPECT_EQ(missing_of(~bit(CAP_SYS_ADMIN)), Names{"CAP_SYS_ADMIN"});
}

TEST(Capabilities, TheErrorNamesWhatIsMissingAndNothingElse) {
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

TEST(Environment, TimeableUnlessStatisticsAreOn) {
    EXPECT_TRUE(require_timeable("0"));
    EXPECT_TRUE(require_timeable(""));
    const auto timeable = require_timeable("1");
    ASSERT_FALSE(timeable);
    EXPECT_EQ(timeable.error().kind, ErrorKind::invalid);
    EXPECT_NE(timeable.error().advice.find("sysctl kernel.bpf_stats_enabled=0"), std::string::npos);
}

TEST(Environment, StealIsTheEighthField) {
    EXPECT_EQ(parse_steal_ticks("cpu  1 2 3 4 5 6 7 89 10 11\ncpu0 1 2 3 4 5 6 7 55 0 0\n"), 89U);
    EXPECT_EQ(parse_steal_ticks("cpu  1 2 3 4 5 6 7\n"), 0U);
    EXPECT_EQ(parse_steal_ticks("cpu  1 2 3 4 5 6 7 x\n"), 0U);
    EXPECT_EQ(parse_steal_ticks("cpu0 1 2 3 4 5 6 7 55 0 0\n"), 0U);
    EXPECT_EQ(parse_steal_ticks(""), 0U);
}

TEST(Environment, PreemptionFromDebugfsElseFromTheBuild) {
    EXPECT_EQ(preemption_of("none voluntary (full)", "#1 SMP PREEMPT_DYNAMIC x"), "full");
    EXPECT_EQ(preemption_of("none (voluntary) full lazy", ""), "voluntary");
    EXPECT_EQ(preemption_of("", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.90-1"), "dynamic");
    EXPECT_EQ(preemption_of("", "#1 SMP PREEMPT_RT x"), "realtime");
    EXPECT_EQ(preemption_of("", "#1 SMP PREEMPT x"), "full or lazy");
    EXPECT_EQ(preemption_of("", "#1 SMP x"), "none or voluntary");
    EXPECT_EQ(preemption_of("", ""), "unknown");
    EXPECT_EQ(preemption_of("no parentheses", ""), "unknown");
    EXPECT_EQ(preemption_of(")(", ""), "unknown");
}

TEST(Environment, ListsOfTheKernel) {
    EXPECT_EQ(count_list("0"), 1U);
    EXPECT_EQ(count_list("0-1"), 2U);
    EXPECT_EQ(count_list("0-3,8,10-11"), 7U);
    for (const char* const bad : {"", "x", "3-1", "1-2-3", "1,", "-1", "1-"})
        EXPECT_FALSE(count_list(bad)) << bad;
}

TEST(Environment, MitigationsInOneLine) {
    EXPECT_EQ(mitigation_summary({}), "unknown");
    EXPECT_EQ(mitigation_summary({{"meltdown", "Not affected"}}), "none needed");
    EXPECT_EQ(mitigation_summary({{"meltdown", "Not affected"},
                                  {"spectre_v2", "Mitigation: IBRS; IBPB: conditional"},
                                  {"unreadable", ""}}),
              "spectre_v2: Mitigation: IBRS, IBPB: conditional; "
              "unreadable: unknown");
}

TEST(Environment, CpuModel) {
    EXPECT_EQ(cpu_model_of("processor\t: 0\nmodel\t\t: 167\nmodel name\t: Intel(R) Xeon(R)\n"),
              "Intel(R) Xeon(R)");
    EXPECT_EQ(cpu_model_of("processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n"),
              "implementer 0x41 part 0xd0c");
    EXPECT_EQ(cpu_model_of("processor\t: 0\ncpu\t\t: POWER9, altivec supported\n"),
              "POWER9, altivec supported");
    EXPECT_EQ(cpu_model_of("model name\t:\n"), "unknown");
    EXPECT_EQ(cpu_model_of(""), "unknown");
}

}  // namespace
}  // namespace xdpbench
