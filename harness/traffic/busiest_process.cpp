#include "traffic/busiest_process.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <map>
#include <system_error>
#include <thread>
#include <vector>

#include "base/file.h"
#include "base/text.h"

namespace xdpbench::traffic {
namespace {

template <class Number>
std::optional<Number> number_in(std::string_view text) {
    Number number{};
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc{}) return std::nullopt;
    return number;
}

std::map<int, BusyProcess> processes(const std::filesystem::path& proc) {
    std::map<int, BusyProcess> found;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(proc, error), end; !error && entry != end;
         entry.increment(error)) {
        if (!number_in<int>(entry->path().filename().string())) continue;
        const auto process =
            parse_process(read_entry(entry->path() / "stat"), ::sysconf(_SC_CLK_TCK));
        if (process && process->pid != ::getpid()) found.emplace(process->pid, *process);
    }
    return found;
}

}  // namespace

std::string BusyProcess::text() const { return fmt::format("process {} ({})", pid, name); }

std::optional<BusyProcess> parse_process(std::string_view stat, long ticks_per_second) {
    // The name may contain blanks and parentheses.
    const std::size_t open = stat.find('(');
    const std::size_t close = stat.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open)
        return std::nullopt;
    const std::vector<std::string> fields = split(trim(stat.substr(close + 1)), ' ');
    // Counted from `state`, which is field 3: utime 14, stime 15, processor 39.
    constexpr std::size_t kUtime = 11;
    constexpr std::size_t kStime = 12;
    constexpr std::size_t kProcessor = 36;
    if (fields.size() <= kProcessor || ticks_per_second <= 0) return std::nullopt;
    const auto pid = number_in<int>(stat);
    const auto user = number_in<double>(fields[kUtime]);
    const auto system = number_in<double>(fields[kStime]);
    const auto cpu = number_in<int>(fields[kProcessor]);
    if (!pid || !user || !system || !cpu) return std::nullopt;
    return BusyProcess{*pid, std::string(stat.substr(open + 1, close - open - 1)), *cpu,
                       (*user + *system) / static_cast<double>(ticks_per_second)};
}

std::optional<BusyProcess> busiest_process_on(int cpu, double seconds,
                                              const std::filesystem::path& proc) {
    const std::map<int, BusyProcess> before = processes(proc);
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    std::optional<BusyProcess> busiest;
    for (auto& [pid, process] : processes(proc)) {
        const auto earlier = before.find(pid);
        if (process.cpu != cpu || earlier == before.end()) continue;
        process.seconds -= earlier->second.seconds;
        if (process.seconds > (busiest ? busiest->seconds : 0)) busiest = process;
    }
    return busiest;
}

}  // namespace xdpbench::traffic
