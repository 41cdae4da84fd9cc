#include "probe/environment.h"

#include <gtest/gtest.h>

#include <string>

namespace xdpbench::probe {
namespace {

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
}  // namespace xdpbench::probe
