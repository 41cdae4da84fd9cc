#include "traffic/quiet_cpu.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <string>
#include <thread>

#include "base/file.h"

namespace xdpbench::traffic {
namespace {

constexpr std::string_view kCpu = "cpu";
constexpr const char* kStat = "/proc/stat";

// The next number, which it takes from the text; 0 if there is none.
double take_number(std::string_view& text) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(' ')));
    double number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
    return number;
}

// user nice system idle iowait irq softirq steal (proc(5)): the sum of those that are wanted.
double sum_of(std::string_view numbers, bool (*wanted)(int field)) {
    double sum = 0;
    for (int field = 0; field < 8; ++field) {
        const double ticks = take_number(numbers);
        if (wanted(field)) sum += ticks;
    }
    return sum;
}

std::map<int, double> ticks_by_cpu(std::string_view stat, bool (*wanted)(int field)) {
    std::map<int, double> ticks;
    while (!stat.empty()) {
        const std::size_t end = std::min(stat.find('\n'), stat.size());
        std::string_view line = stat.substr(0, end);
        stat.remove_prefix(std::min(end + 1, stat.size()));
        if (!line.starts_with(kCpu)) break;  // the CPUs come first
        line.remove_prefix(kCpu.size());
        if (line.starts_with(' ')) continue;  // all CPUs together
        const int cpu = static_cast<int>(take_number(line));
        ticks[cpu] = sum_of(line, wanted);
    }
    return ticks;
}

}  // namespace

std::map<int, double> parse_busy_ticks(std::string_view stat) {
    return ticks_by_cpu(stat, [](int field) { return field != 3 && field != 4; });
}

std::map<int, double> parse_softirq_ticks(std::string_view stat) {
    return ticks_by_cpu(stat, [](int field) { return field == 6; });
}

std::vector<int> busiest_first(const std::vector<int>& cpus, const std::map<int, double>& busy) {
    constexpr double kStep = 0.1;  // shares in one step are alike
    const auto step = [&](int cpu) {
        const auto found = busy.find(cpu);
        return found == busy.end() ? 0 : static_cast<int>(std::lround(found->second / kStep));
    };
    std::vector<int> sorted = cpus;
    std::stable_sort(sorted.begin(), sorted.end(), [&](int a, int b) { return step(a) > step(b); });
    return sorted;
}

std::vector<int> watch_busiest_first(const std::vector<int>& cpus, double seconds) {
    if (cpus.size() < 2) return cpus;
    const std::map<int, double> before = parse_busy_ticks(read_entry(kStat));
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    std::map<int, double> busy = parse_busy_ticks(read_entry(kStat));
    const double ticks = seconds * static_cast<double>(::sysconf(_SC_CLK_TCK));
    for (auto& [cpu, share] : busy) {
        const auto earlier = before.find(cpu);
        share = earlier == before.end() ? 0 : (share - earlier->second) / ticks;
    }
    return busiest_first(cpus, busy);
}

}  // namespace xdpbench::traffic
