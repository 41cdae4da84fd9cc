#include "traffic/quiet_cpu.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/file.h"
#include "traffic/placement.h"

namespace xdpbench::traffic {
namespace {

TEST(QuietCpu, BusyTicksAreThoseThatAreNotIdle) {
    const std::map<int, double> busy = parse_busy_ticks(
        "cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 1 2 4 1000 500 8 16 32 64 0\ncpu12 5 0 0 7 0 0 0 0 0 0\n"
        "intr 1 2 3\ncpu13 1 0 0 0 0 0 0 0 0 0\n");
    EXPECT_EQ(busy, (std::map<int, double>{{0, 63}, {12, 5}}));
    EXPECT_TRUE(parse_busy_ticks("").empty());
}

TEST(QuietCpu, TheKernelsTextHasTheCpus) {
    EXPECT_TRUE(parse_busy_ticks(read_entry("/proc/stat")).contains(allowed_cpus().back()));
}

TEST(QuietCpu, TheQuietestIsLastAndOthersKeepTheirOrder) {
    const std::vector<int> cpus{0, 1, 2, 3};
    EXPECT_EQ(busiest_first(cpus, {{0, 0.01}, {1, 0.02}, {2, 0}, {3, 0.03}}), cpus);
    EXPECT_EQ(busiest_first(cpus, {{0, 0}, {1, 0.5}, {2, 0}, {3, 1}}),
              (std::vector<int>{3, 1, 0, 2}));
    EXPECT_EQ(busiest_first(cpus, {}), cpus);
}

// A machine with many CPUs, of which two are busy.
TEST(QuietCpu, ManyCpus) {
    std::string stat = "cpu  0 0 0 0 0 0 0 0 0 0\n";
    std::vector<int> cpus;
    for (int cpu = 0; cpu < 1024; ++cpu) {
        const bool busy = cpu == 1023 || cpu == 500;
        stat += "cpu" + std::to_string(cpu) + (busy ? " 1" : " 0") + " 0 0 9 0 0 0 0 0 0\n";
        cpus.push_back(cpu);
    }
    const std::vector<int> sorted = busiest_first(cpus, parse_busy_ticks(stat));
    EXPECT_EQ(sorted[0], 500);
    EXPECT_EQ(sorted[1], 1023);
    EXPECT_EQ(sorted.back(), 1022);
}

TEST(QuietCpu, WatchingKeepsAllCpus) {
    std::vector<int> watched = watch_busiest_first(allowed_cpus(), 0.01);
    std::sort(watched.begin(), watched.end());
    EXPECT_EQ(watched, allowed_cpus());
    EXPECT_EQ(watch_busiest_first({5}, 3600), std::vector<int>{5});
}

}  // namespace
}  // namespace xdpbench::traffic
