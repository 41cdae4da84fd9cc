#include "traffic/evidence.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>

namespace xdpbench::traffic {
namespace {

// Its counters change once per clock tick: more frequent readings cost time and find nothing.
constexpr double kCpuTimesEvery = 0.01;

UniqueFd open_to_read(const std::string& path) {
    return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

// The file from its beginning, as far as the buffer reaches; it grows until all fits.
std::string_view read_again(const UniqueFd& fd, std::string& buffer) {
    if (!fd.valid()) return {};
    for (;;) {
        const ssize_t size = ::pread(fd.get(), buffer.data(), buffer.size(), 0);
        if (size <= 0) return {};
        if (static_cast<std::size_t>(size) < buffer.size())
            return std::string_view(buffer).substr(0, static_cast<std::size_t>(size));
        buffer.resize(2 * buffer.size());
    }
}

// The number after the first blank.
double second_number(std::string_view text) {
    const std::size_t blank = text.find(' ');
    double number = 0;
    if (blank != std::string_view::npos)
        std::from_chars(text.data() + blank + 1, text.data() + text.size(), number);
    return number;
}

}  // namespace

CpuTimes parse_cpu_times(std::string_view stat, int cpu, long ticks_per_second) {
    const std::string start = fmt::format("\ncpu{} ", cpu);
    const std::size_t found = stat.find(start);
    if (found == std::string_view::npos || ticks_per_second <= 0) return {};
    std::string_view rest = stat.substr(found + start.size());
    // user nice system idle iowait irq softirq steal (proc(5))
    std::array<double, 8> ticks{};
    for (double& number : ticks) {
        const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), number);
        if (parsed.ec != std::errc{}) break;
        rest.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest.data()));
        if (rest.empty() || rest.front() != ' ') break;
        rest.remove_prefix(1);
    }
    const auto seconds = [&](double number) {
        return number / static_cast<double>(ticks_per_second);
    };
    return {seconds(ticks[7]), seconds(ticks[5] + ticks[6])};
}

EvidenceReader::EvidenceReader(int cpu)
    : cpu_(cpu),
      schedstat_(open_to_read("/proc/thread-self/schedstat")),
      stat_(open_to_read("/proc/stat")),
      quotas_(cgroup_quotas()),
      buffer_(4096, '\0') {
    for (const CgroupQuota& quota : quotas_)
        cpu_stats_.push_back(open_to_read(quota.folder / "cpu.stat"));
}

void EvidenceReader::read_clocks(Counters& counters) {
    rusage usage = {};
    ::getrusage(RUSAGE_THREAD, &usage);
    counters.preemptions = static_cast<std::uint64_t>(usage.ru_nivcsw);
    counters.sleeps = static_cast<std::uint64_t>(usage.ru_nvcsw);
    counters.cpu_seconds = thread_cpu_seconds();
    counters.wall = Clock::now();
}

void EvidenceReader::read_cpu_times(Counters& counters) {
    if (seconds_since(cpu_times_read_) >= kCpuTimesEvery) {
        const CpuTimes times =
            parse_cpu_times(read_again(stat_, buffer_), cpu_, ::sysconf(_SC_CLK_TCK));
        cpu_times_.stolen_seconds = times.stolen_seconds;
        cpu_times_.interrupt_seconds = times.interrupt_seconds;
        cpu_times_read_ = Clock::now();
    }
    counters.stolen_seconds = cpu_times_.stolen_seconds;
    counters.interrupt_seconds = cpu_times_.interrupt_seconds;
}

void EvidenceReader::read_slow(Counters& counters) {
    // "<ns on a CPU> <ns waiting for one> <times>" (Documentation/scheduler/sched-stats.rst)
    counters.waited_seconds = second_number(read_again(schedstat_, buffer_)) * 1e-9;
    counters.throttled_seconds = 0;
    for (const UniqueFd& fd : cpu_stats_)
        counters.throttled_seconds += parse_throttled_seconds(read_again(fd, buffer_));
    read_cpu_times(counters);
}

void EvidenceReader::begin() {
    read_slow(before_);
    read_clocks(before_);
}

stats::WindowEvidence EvidenceReader::end() {
    Counters now;
    read_clocks(now);
    read_slow(now);
    stats::WindowEvidence window;
    window.wall_seconds = std::chrono::duration<double>(now.wall - before_.wall).count();
    window.cpu_seconds = now.cpu_seconds - before_.cpu_seconds;
    window.waited_seconds = now.waited_seconds - before_.waited_seconds;
    window.throttled_seconds = now.throttled_seconds - before_.throttled_seconds;
    window.stolen_seconds = now.stolen_seconds - before_.stolen_seconds;
    window.interrupt_seconds = now.interrupt_seconds - before_.interrupt_seconds;
    window.preemptions = now.preemptions - before_.preemptions;
    window.sleeps = now.sleeps - before_.sleeps;
    return window;
}

}  // namespace xdpbench::traffic
