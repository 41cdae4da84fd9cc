#include "probe/environment.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "base/file.h"
#include "base/number.h"
#include "base/text.h"
#include "base/version.h"

namespace xdpbench::probe {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBpfStats = "/proc/sys/kernel/bpf_stats_enabled";
constexpr const char* kCpus = "/sys/devices/system/cpu";

std::string or_unknown(std::string_view value) {
    return value.empty() ? "unknown" : std::string(value);
}

std::string entry(const fs::path& path) { return or_unknown(read_entry(path)); }

// "1" -> "on", "0" -> "off".
std::string switch_state(std::string_view value) {
    if (value == "1") return "on";
    return value == "0" ? "off" : or_unknown(value);
}

// The paths in a folder, sorted; none if it cannot be read.
std::vector<fs::path> list_folder(const fs::path& folder) {
    std::vector<fs::path> paths;
    std::error_code error;
    for (fs::directory_iterator item(folder, error), end; !error && item != end;
         item.increment(error)) {
        paths.push_back(item->path());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

// What "<key> : <value>" of /proc/cpuinfo says first; nothing if there is no such line.
std::optional<std::string> cpuinfo_field(std::string_view cpuinfo, std::string_view key) {
    for (const std::string& line : split(cpuinfo, '\n')) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) continue;
        const std::string_view view = line;
        if (trim(view.substr(0, colon)) == key) return std::string(trim(view.substr(colon + 1)));
    }
    return std::nullopt;
}

std::string mitigations() {
    std::vector<std::pair<std::string, std::string>> states;
    for (const fs::path& path : list_folder(fs::path(kCpus) / "vulnerabilities"))
        states.emplace_back(path.filename().string(), read_entry(path));
    return mitigation_summary(states);
}

std::string count_entry(const fs::path& path) {
    const std::optional<std::size_t> count = count_list(read_entry(path));
    return count ? std::to_string(*count) : "unknown";
}

// CPUs may differ: every governor that is in use, each once.
std::string governors() {
    std::set<std::string> names;
    for (const fs::path& path : list_folder(kCpus)) {
        const std::string governor = read_entry(path / "cpufreq/scaling_governor");
        if (!governor.empty()) names.insert(governor);
    }
    return or_unknown(fmt::format("{}", fmt::join(names, ", ")));
}

// intel_pstate says it the other way round than every other driver.
std::string turbo() {
    const std::string off = read_entry(fs::path(kCpus) / "intel_pstate/no_turbo");
    if (!off.empty()) return off == "0" ? "on" : "off";
    return switch_state(read_entry(fs::path(kCpus) / "cpufreq/boost"));
}

// x86 shows in the CPU's flags that there is a hypervisor, not which: that is told by Xen itself or
// by the machine's vendor. Other architectures have no such flag.
std::string hypervisor(std::string_view cpuinfo) {
    std::string type = read_entry("/sys/hypervisor/type");
    if (!type.empty()) return type;
    const std::optional<std::string> flags = cpuinfo_field(cpuinfo, "flags");
    if (!flags) return "unknown";
    const std::vector<std::string> words = split(*flags, ' ');
    if (std::find(words.begin(), words.end(), "hypervisor") == words.end()) return "none";
    const std::string vendor = read_entry("/sys/class/dmi/id/sys_vendor");
    return vendor.empty() ? "yes" : fmt::format("yes ({})", vendor);
}

// "0.10 0.20 0.30 1/80 1234" -> the first three: runnable tasks over 1, 5 and 15 minutes.
std::string load_average() {
    std::vector<std::string> fields = split(read_entry("/proc/loadavg"), ' ');
    fields.resize(std::min<std::size_t>(fields.size(), 3));
    return or_unknown(fmt::format("{}", fmt::join(fields, " ")));
}

// "v1.1" -> "1.1".
std::string libbpf_version() {
    const char* const version = ::libbpf_version_string();
    std::string_view text = version == nullptr ? "" : version;
    if (text.starts_with('v')) text.remove_prefix(1);
    return or_unknown(text);
}

}  // namespace

std::vector<EnvironmentEntry> describe_environment() {
    utsname system = {};
    ::uname(&system);  // fails for a bad address only
    const std::string cpuinfo = read_entry("/proc/cpuinfo");
    return {
        {"tool_version", tool_version()},
        {"libbpf_version", libbpf_version()},
        {"host", or_unknown(system.nodename)},
        {"kernel", or_unknown(system.release)},
        {"kernel_version", or_unknown(system.version)},
        {"machine", or_unknown(system.machine)},
        {"cpu_model", cpu_model_of(cpuinfo)},
        {"cpus_online", count_entry(fs::path(kCpus) / "online")},
        {"cpu_mitigations", mitigations()},
        {"jit", entry("/proc/sys/net/core/bpf_jit_enable")},
        {"jit_harden", entry("/proc/sys/net/core/bpf_jit_harden")},
        {"bpf_stats", entry(kBpfStats)},
        {"preemption",
         preemption_of(read_entry("/sys/kernel/debug/sched/preempt"), system.version)},
        {"governor", governors()},
        {"turbo", turbo()},
        {"numa_nodes", count_entry("/sys/devices/system/node/online")},
        {"smt", switch_state(read_entry(fs::path(kCpus) / "smt/active"))},
        {"hypervisor", hypervisor(cpuinfo)},
        {"steal_ticks", std::to_string(steal_ticks())},
        {"load_average", load_average()},
    };
}

Result<void> require_timeable() { return require_timeable(read_entry(kBpfStats)); }

Result<void> require_timeable(std::string_view bpf_stats) {
    if (bpf_stats.empty() || bpf_stats == "0") return {};
    return Error{
        ErrorKind::invalid,
        fmt::format("the programs cannot be timed: kernel.bpf_stats_enabled is {}", bpf_stats),
        "run-time statistics add two clock reads to every run of every BPF program",
        "switch them off: sysctl kernel.bpf_stats_enabled=0"};
}

std::uint64_t steal_ticks() { return parse_steal_ticks(read_entry("/proc/stat")); }

// proc_stat(5): "cpu  user nice system idle iowait irq softirq steal guest guest_nice".
std::uint64_t parse_steal_ticks(std::string_view stat) {
    constexpr std::size_t kSteal = 8;
    if (!stat.starts_with("cpu ")) return 0;
    std::vector<std::string> fields = split(stat.substr(0, stat.find('\n')), ' ');
    std::erase(fields, "");
    return fields.size() > kSteal ? parse_number<std::uint64_t>(fields[kSteal]).value_or(0) : 0;
}

std::string preemption_of(std::string_view sched_preempt, std::string_view version) {
    const std::size_t open = sched_preempt.find('(');
    const std::size_t close = sched_preempt.find(')');
    if (open != std::string_view::npos && close != std::string_view::npos && open + 1 < close)
        return std::string(sched_preempt.substr(open + 1, close - open - 1));
    // What the kernel was built with (UTS_VERSION, init/Makefile). With PREEMPT_DYNAMIC the command
    // line decides, and only debugfs tells how; PREEMPT stands for lazy preemption too.
    const std::vector<std::string> words = split(version, ' ');
    const auto has = [&](const char* word) {
        return std::find(words.begin(), words.end(), word) != words.end();
    };
    if (has("PREEMPT_RT")) return "realtime";
    if (has("PREEMPT_DYNAMIC")) return "dynamic";
    if (has("PREEMPT")) return "full or lazy";
    return version.empty() ? "unknown" : "none or voluntary";
}

std::optional<std::size_t> count_list(std::string_view list) {
    std::size_t count = 0;
    for (const std::string& range : split(list, ',')) {
        const std::vector<std::string> ends = split(range, '-');
        const std::optional<std::size_t> first = parse_number<std::size_t>(ends.front());
        const std::optional<std::size_t> last = parse_number<std::size_t>(ends.back());
        if (ends.size() > 2 || !first || !last || *last < *first) return std::nullopt;
        count += *last - *first + 1;
    }
    return count;
}

std::string mitigation_summary(const std::vector<std::pair<std::string, std::string>>& states) {
    std::string summary;
    for (const auto& [name, state] : states) {
        if (state == "Not affected") continue;
        // Our own separator is no longer free to mean something else inside a state.
        std::string one_state = or_unknown(state);
        std::replace(one_state.begin(), one_state.end(), ';', ',');
        std::replace(one_state.begin(), one_state.end(), '\n', ' ');
        summary += fmt::format("{}{}: {}", summary.empty() ? "" : "; ", name, one_state);
    }
    return summary.empty() && !states.empty() ? "none needed" : or_unknown(summary);
}

std::string cpu_model_of(std::string_view cpuinfo) {
    // x86 and others; MIPS; POWER and some arm.
    for (const char* const key : {"model name", "cpu model", "cpu", "Processor"}) {
        const std::optional<std::string> model = cpuinfo_field(cpuinfo, key);
        if (model && !model->empty()) return *model;
    }
    // arm64 gives numbers only: those of MIDR_EL1.
    const std::optional<std::string> maker = cpuinfo_field(cpuinfo, "CPU implementer");
    const std::optional<std::string> part = cpuinfo_field(cpuinfo, "CPU part");
    if (maker && part) return fmt::format("implementer {} part {}", *maker, *part);
    return "unknown";
}

}  // namespace xdpbench::probe
