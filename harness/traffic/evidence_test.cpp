#include "traffic/evidence.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "base/clock.h"
#include "traffic/busiest_process.h"
#include "traffic/pinned.h"
#include "traffic/placement.h"

namespace xdpbench::traffic {
namespace {

namespace fs = std::filesystem;

// A folder with files, gone afterwards.
class Folder {
  public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "evidence-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    void write(const fs::path& file, const std::string& text) const {
        fs::create_directories((path_ / file).parent_path());
        std::ofstream(path_ / file) << text;
    }
    [[nodiscard]] const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

void work_for(double seconds) {
    const double start = thread_cpu_seconds();
    while (thread_cpu_seconds() - start < seconds) continue;
}

TEST(EvidenceReader, WorkHasItsCpuTime) {
    EvidenceReader reader(allowed_cpus().front());
    reader.begin();
    work_for(0.01);
    const stats::WindowEvidence window = reader.end();
    EXPECT_GE(window.cpu_seconds, 0.01);
    EXPECT_GE(window.wall_seconds, window.cpu_seconds - 1e-4);
    EXPECT_GE(window.waited_seconds, 0);
    EXPECT_LE(window.waited_seconds, window.wall_seconds + 1e-4);
}

TEST(EvidenceReader, SleepIsSeen) {
    EvidenceReader reader(allowed_cpus().front());
    reader.begin();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const stats::WindowEvidence window = reader.end();
    EXPECT_GE(window.sleeps, 1U);
    EXPECT_GE(window.wall_seconds, 0.005);
    EXPECT_GT(window.lost_share(), 0.5);
}

// Two threads on one CPU: each loses about half of it.
TEST(EvidenceReader, PreemptionIsSeen) {
    const int cpu = allowed_cpus().back();
    const Result<PinnedThread> pinned = PinnedThread::pin(cpu);
    ASSERT_TRUE(pinned);
    std::jthread other([cpu](const std::stop_token& stop) {
        const Result<PinnedThread> also = PinnedThread::pin(cpu);
        while (also && !stop.stop_requested()) continue;
    });
    EvidenceReader reader(cpu);
    reader.begin();
    work_for(0.1);
    const stats::WindowEvidence window = reader.end();
    EXPECT_GE(window.preemptions, 1U);
    EXPECT_GT(window.lost_share(), 0.1);
    EXPECT_EQ(stats::judge(window), stats::Disturbance::preempted);
    if (fs::exists("/proc/thread-self/schedstat")) {
        EXPECT_GT(window.waited_seconds, 0.01);
    }
}

TEST(EvidenceReader, CpuTimesOfTheCpu) {
    const char* const stat =
        "cpu  3 0 0 0 0 30 40 50 0 0\ncpu0 1 0 0 0 0 10 20 30 0 0\ncpu1 2 0 0 0 0 1 2 4 0 0\n"
        "cpu12 1 2 3 4 5 600 100 800 0 0\nintr 5\n";
    const CpuTimes second = parse_cpu_times(stat, 1, 100);
    EXPECT_DOUBLE_EQ(second.stolen_seconds, 0.04);
    EXPECT_DOUBLE_EQ(second.interrupt_seconds, 0.03);
    EXPECT_DOUBLE_EQ(parse_cpu_times(stat, 12, 100).stolen_seconds, 8);
    EXPECT_EQ(parse_cpu_times(stat, 2, 100).stolen_seconds, 0);
    EXPECT_EQ(parse_cpu_times("", 0, 100).interrupt_seconds, 0);
}

TEST(CgroupQuota, ThrottledTimeOfBothVersions) {
    EXPECT_DOUBLE_EQ(parse_throttled_seconds("nr_periods 4\nthrottled_time 2500000000\n"), 2.5);
    EXPECT_DOUBLE_EQ(parse_throttled_seconds("usage_usec 9\nthrottled_usec 1500000\n"), 1.5);
    EXPECT_EQ(parse_throttled_seconds("usage_usec 9\n"), 0);
}

TEST(CgroupQuota, TightestOfOwnAndThoseAbove) {
    const Folder folder;
    const std::string root = (folder.path() / "v2").string();
    folder.write("mountinfo", "31 23 0:28 / " + root + " rw - cgroup2 cgroup2 rw\n");
    folder.write("cgroup", "0::/a/b\n");
    folder.write("v2/a/cpu.max", "20000 100000\n");
    folder.write("v2/a/b/cpu.max", "max 100000\n");
    std::vector<CgroupQuota> quotas = cgroup_quotas(folder.path());
    ASSERT_EQ(quotas.size(), 1U);
    EXPECT_EQ(quotas[0].text(), "quota of 20 % of a CPU (cgroup " + root + "/a)");
    folder.write("v2/a/b/cpu.max", "10000 100000\n");
    quotas = cgroup_quotas(folder.path());
    ASSERT_EQ(quotas.size(), 2U);
    EXPECT_DOUBLE_EQ(quotas[0].cpus, 0.1);
    EXPECT_EQ(cpu_cgroup(folder.path()), fs::path(root) / "a/b");
}

TEST(CgroupQuota, OfTheFirstVersionWhereTheMountBeginsBelow) {
    const Folder folder;
    const std::string mount = (folder.path() / "cpu").string();
    folder.write("mountinfo",
                 "30 23 0:27 / /unused rw - cgroup2 cgroup2 rw\n31 23 0:28 /docker/1 " + mount +
                     " rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n");
    folder.write("cgroup", "5:cpuset:/\n4:cpu,cpuacct:/docker/1/c\n0::/\n");
    folder.write("cpu/c/cpu.cfs_quota_us", "150000\n");
    folder.write("cpu/c/cpu.cfs_period_us", "100000\n");
    folder.write("cpu/cpu.cfs_quota_us", "-1\n");
    folder.write("cpu/cpu.cfs_period_us", "100000\n");
    const std::vector<CgroupQuota> quotas = cgroup_quotas(folder.path());
    ASSERT_EQ(quotas.size(), 1U);
    EXPECT_DOUBLE_EQ(quotas[0].cpus, 1.5);
    EXPECT_EQ(quotas[0].folder, fs::path(mount) / "c");
}

TEST(CgroupQuota, NoneWithoutCgroups) {
    const Folder folder;
    EXPECT_TRUE(cgroup_quotas(folder.path()).empty());
    EXPECT_FALSE(cpu_cgroup(folder.path()));
}

TEST(BusiestProcess, ReadsItsLine) {
    const auto process = parse_process(
        "4711 (a (b) c) R 1 2 3 4 5 6 7 8 9 10 150 50 13 14 20 0 1 18 19 20 21 22 23 24 25 26 27 "
        "28 29 30 31 32 33 34 17 3 36 37",
        100);
    ASSERT_TRUE(process);
    EXPECT_EQ(process->text(), "process 4711 (a (b) c)");
    EXPECT_EQ(process->cpu, 3);
    EXPECT_DOUBLE_EQ(process->seconds, 2);
    EXPECT_FALSE(parse_process("", 100));
    EXPECT_FALSE(parse_process("4711 (short) R 1 2", 100));
}

TEST(BusiestProcess, ReadsTheKernelsLine) {
    const int cpu = allowed_cpus().back();
    const Result<PinnedThread> pinned = PinnedThread::pin(cpu);
    ASSERT_TRUE(pinned);
    work_for(0.02);
    std::ifstream file("/proc/thread-self/stat");
    const std::string line((std::istreambuf_iterator<char>(file)), {});
    const auto process = parse_process(line, ::sysconf(_SC_CLK_TCK));
    ASSERT_TRUE(process);
    EXPECT_EQ(process->cpu, cpu);
    EXPECT_GT(process->seconds, 0);
}

std::string stat_line(int pid, int ticks, int cpu) {
    return std::to_string(pid) + " (p) R 1 2 3 4 5 6 7 8 9 10 " + std::to_string(ticks) +
           " 0 13 14 20 0 1 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 17 " +
           std::to_string(cpu) + " 36 37\n";
}

TEST(BusiestProcess, OfThatCpuAndOfThisTime) {
    const Folder folder;
    folder.write("10/stat", stat_line(10, 9000, 1));
    folder.write("11/stat", stat_line(11, 0, 1));
    folder.write("12/stat", stat_line(12, 0, 0));
    folder.write("self/stat", stat_line(13, 0, 1));
    std::jthread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        folder.write("11/stat", stat_line(11, 20, 1));
        folder.write("12/stat", stat_line(12, 90, 0));
    });
    const auto busiest = busiest_process_on(1, 1, folder.path());
    ASSERT_TRUE(busiest);
    EXPECT_EQ(busiest->pid, 11);
    EXPECT_FALSE(busiest_process_on(7, 0, folder.path()));
}

}  // namespace
}  // namespace xdpbench::traffic
