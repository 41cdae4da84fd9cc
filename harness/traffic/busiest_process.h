// Who else runs on a CPU.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace xdpbench::traffic {

struct BusyProcess {
    int pid = 0;
    std::string name;    // as the kernel keeps it: 15 characters at most
    int cpu = 0;         // that its first thread ran on last
    double seconds = 0;  // CPU time of all its threads

    // "process 4711 (stress)"
    [[nodiscard]] std::string text() const;
};

// The line of /proc/PID/stat (proc_pid_stat(5)).
[[nodiscard]] std::optional<BusyProcess> parse_process(std::string_view stat,
                                                       long ticks_per_second);

// Watches all processes for `seconds` and returns the one, but for this process itself, that had
// most CPU time while it was on `cpu`. Nothing if there was none. `proc` is /proc, but for tests.
[[nodiscard]] std::optional<BusyProcess> busiest_process_on(
    int cpu, double seconds, const std::filesystem::path& proc = "/proc");

}  // namespace xdpbench::traffic
