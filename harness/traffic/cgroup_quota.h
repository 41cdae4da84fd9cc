// CPU quotas of the cgroups that this process is in.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xdpbench::traffic {

struct CgroupQuota {
    std::filesystem::path folder;  // of the cgroup; has cpu.stat
    double cpus = 0;               // CPU time that it may have in a second

    // "quota of 20 % of a CPU (cgroup /sys/fs/cgroup/x)"
    [[nodiscard]] std::string text() const;
};

// Of the process's cgroup and those above it, as far as they are visible here, the tightest first;
// those without a quota are left out. cgroup v1 and v2. `proc` is /proc/self, but for tests.
[[nodiscard]] std::vector<CgroupQuota> cgroup_quotas(
    const std::filesystem::path& proc = "/proc/self");

// The folder of the cgroup that CPU quotas of this process come from: of the v1 hierarchy with the
// controller cpu, else of v2.
[[nodiscard]] std::optional<std::filesystem::path> cpu_cgroup(
    const std::filesystem::path& proc = "/proc/self");

// In the text of cpu.stat, v1 (throttled_time, ns) or v2 (throttled_usec): how long the cgroup's
// threads had to wait for the next period, added up over the CPUs.
[[nodiscard]] double parse_throttled_seconds(std::string_view cpu_stat);

}  // namespace xdpbench::traffic
