#include "busy.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string>

#include "base/file.h"

namespace xdpbench {
namespace {

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double own_seconds() {
    double seconds = 0;
    for (const auto who : std::array{RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage usage = {};
        ::getrusage(who, &usage);
        seconds += seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    }
    return seconds;
}

// user nice system idle iowait irq softirq steal (proc(5)), of all CPUs. Interrupts and softirqs
// are the tool's own traffic.
double busy_seconds() {
    std::istringstream stat(read_entry("/proc/stat"));
    std::string cpu;
    std::array<double, 8> ticks{};
    stat >> cpu;
    for (double& one : ticks) stat >> one;
    return (ticks[0] + ticks[1] + ticks[2] + ticks[7]) /
           static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

BusyWatch::BusyWatch() : start_(Clock::now()), busy_(busy_seconds()), own_(own_seconds()) {}

double BusyWatch::others() const {
    const double wall = std::max(seconds_since(start_), 1e-3);
    return std::max(0.0, (busy_seconds() - busy_) - (own_seconds() - own_)) / wall;
}

}  // namespace xdpbench
