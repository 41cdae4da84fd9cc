#include "traffic/cgroup_quota.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/file.h"
#include "base/text.h"

namespace xdpbench::traffic {
namespace {

namespace fs = std::filesystem;

std::optional<double> number_in(std::string_view text) {
    double number = 0;
    const std::string_view trimmed = trim(text);
    const auto parsed = std::from_chars(trimmed.data(), trimmed.data() + trimmed.size(), number);
    if (parsed.ec != std::errc{}) return std::nullopt;
    return number;
}

bool has_word(std::string_view words, std::string_view word) {
    const std::vector<std::string> all = split(words, ',');
    return std::find(all.begin(), all.end(), word) != all.end();
}

// A mounted hierarchy: where, and which of its cgroups is the root of the mount.
struct Mount {
    fs::path folder;
    std::string root;
};

// mountinfo (proc_pid_mountinfo(5)): id parent major:minor root folder options ... - type source
// superoptions. The one with the v1 controller cpu, or of v2.
std::optional<Mount> find_mount(const std::string& mountinfo, bool v1) {
    for (const std::string& line : split(mountinfo, '\n')) {
        const std::size_t dash = line.find(" - ");
        if (dash == std::string::npos) continue;
        const std::vector<std::string> left = split(line.substr(0, dash), ' ');
        const std::vector<std::string> right = split(line.substr(dash + 3), ' ');
        if (left.size() < 5 || right.size() < 3) continue;
        const bool fits =
            v1 ? right[0] == "cgroup" && has_word(right[2], "cpu") : right[0] == "cgroup2";
        if (fits) return Mount{left[4], left[3]};
    }
    return std::nullopt;
}

// /proc/self/cgroup (cgroups(7)): "4:cpu,cpuacct:/path", of v2 "0::/path".
std::optional<std::string> find_path(const std::string& cgroups, bool v1) {
    for (const std::string& line : split(cgroups, '\n')) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        if (v1 ? has_word(controllers, "cpu") : line.starts_with("0::"))
            return line.substr(second + 1);
    }
    return std::nullopt;
}

struct Located {
    fs::path folder;
    fs::path mount;
};

std::optional<Located> locate(const fs::path& proc) {
    const std::string mountinfo = read_entry(proc / "mountinfo");
    const std::string cgroups = read_entry(proc / "cgroup");
    for (const bool v1 : {true, false}) {
        const auto mount = find_mount(mountinfo, v1);
        auto path = find_path(cgroups, v1);
        if (!mount || !path) continue;
        // In a container the mount may begin at the container's own cgroup.
        if (mount->root != "/" && path->starts_with(mount->root))
            path->erase(0, mount->root.size());
        const fs::path below = fs::path(*path).relative_path();
        return Located{below.empty() ? mount->folder : mount->folder / below, mount->folder};
    }
    return std::nullopt;
}

// CPUs that a cgroup may use; nothing without a quota.
std::optional<double> quota_of(const fs::path& folder) {
    const std::string v2 = read_entry(folder / "cpu.max");  // "20000 100000" or "max 100000"
    if (const std::size_t blank = v2.find(' '); blank != std::string::npos) {
        const auto quota = number_in(std::string_view(v2).substr(0, blank));
        const auto period = number_in(std::string_view(v2).substr(blank));
        if (quota && period && *period > 0) return *quota / *period;
        return std::nullopt;
    }
    const auto quota = number_in(read_entry(folder / "cpu.cfs_quota_us"));  // -1: none
    const auto period = number_in(read_entry(folder / "cpu.cfs_period_us"));
    if (quota && *quota > 0 && period && *period > 0) return *quota / *period;
    return std::nullopt;
}

}  // namespace

std::string CgroupQuota::text() const {
    return fmt::format("quota of {:.0f} % of a CPU (cgroup {})", cpus * 100, folder.string());
}

std::optional<fs::path> cpu_cgroup(const fs::path& proc) {
    const auto located = locate(proc);
    if (!located) return std::nullopt;
    return located->folder;
}

std::vector<CgroupQuota> cgroup_quotas(const fs::path& proc) {
    std::vector<CgroupQuota> quotas;
    const auto located = locate(proc);
    if (!located) return quotas;
    for (fs::path folder = located->folder;; folder = folder.parent_path()) {
        if (const auto cpus = quota_of(folder)) quotas.push_back({folder, *cpus});
        if (folder == located->mount || folder == folder.parent_path()) break;
    }
    std::stable_sort(quotas.begin(), quotas.end(),
                     [](const CgroupQuota& a, const CgroupQuota& b) { return a.cpus < b.cpus; });
    return quotas;
}

double parse_throttled_seconds(std::string_view cpu_stat) {
    for (const std::string& line : split(cpu_stat, '\n')) {
        const std::size_t blank = line.find(' ');
        if (blank == std::string::npos) continue;
        const std::string_view key = std::string_view(line).substr(0, blank);
        const double number = number_in(std::string_view(line).substr(blank)).value_or(0);
        if (key == "throttled_usec") return number * 1e-6;
        if (key == "throttled_time") return number * 1e-9;
    }
    return 0;
}

}  // namespace xdpbench::traffic
