// Time that passes, for bounds and rates.
#pragma once

#include <chrono>
#include <ctime>

namespace xdpbench {

using Clock = std::chrono::steady_clock;

// Seconds of the monotonic clock from `start` to now.
inline double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// CPU time that the calling thread has had.
inline double thread_cpu_seconds() {
    timespec now = {};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace xdpbench
