#include "bpf/cpus.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/file.h"
#include "base/number.h"
#include "base/text.h"

namespace xdpbench::bpf {

Result<std::size_t> possible_cpus() {
    const int count = ::libbpf_num_possible_cpus();
    if (count < 0) {
        Error error = system_error(
            "cannot read how many CPUs there may be (/sys/devices/system/cpu/possible)", count);
        if (count != -ENOENT) return error;
        error.kind = ErrorKind::unavailable;
        error.cause = "/sys is not mounted";
        error.advice = "mount it: mount -t sysfs sysfs /sys";
        return error;
    }
    return static_cast<std::size_t>(count);
}

bool cpu_is_online(int cpu) {
    const std::string folder = fmt::format("/sys/devices/system/cpu/cpu{}", cpu);
    if (!std::filesystem::exists(folder)) return false;
    // One that cannot be switched off, as CPU 0 mostly, has no such file.
    return read_entry(folder + "/online") != "0";
}

namespace {

std::optional<int> parse_cpu(std::string_view text) {
    constexpr int kMost = 8191;  // CONFIG_NR_CPUS of the largest machines
    const std::optional<int> cpu = parse_number<int>(text);
    return cpu && *cpu >= 0 && *cpu <= kMost ? cpu : std::nullopt;
}

}  // namespace

std::optional<std::vector<int>> parse_cpu_list(std::string_view text) {
    std::vector<int> cpus;
    for (const auto& part : split(trim(text), ',')) {
        const std::string_view range = part;
        const std::size_t dash = range.find('-');
        const std::optional<int> first = parse_cpu(range.substr(0, dash));
        const std::optional<int> last =
            dash == std::string_view::npos ? first : parse_cpu(range.substr(dash + 1));
        if (!first || !last || *last < *first) return std::nullopt;
        for (int cpu = *first; cpu <= *last; ++cpu) cpus.push_back(cpu);
    }
    std::sort(cpus.begin(), cpus.end());
    cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
    return cpus;
}

bool are_siblings(int one, int other) {
    const std::string siblings =
        read_entry(fmt::format("/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", one));
    const auto cpus = parse_cpu_list(siblings);
    return cpus && std::find(cpus->begin(), cpus->end(), other) != cpus->end();
}

int node_of(int cpu) {
    std::error_code none;
    const std::filesystem::directory_iterator entries(
        fmt::format("/sys/devices/system/cpu/cpu{}", cpu), none);
    for (const auto& entry : entries) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with("node")) continue;
        if (const auto node = parse_number<int>(name.substr(4))) return *node;
    }
    return 0;
}

}  // namespace xdpbench::bpf
