// Time that passes, for bounds and rates.
#pragma once

#include <chrono>

namespace xdpbench {

using Clock = std::chrono::steady_clock;

// Seconds of the monotonic clock from `start` to now.
inline double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace xdpbench
