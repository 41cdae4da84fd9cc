#include "base/wait.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/interrupt.h"

namespace xdpbench {

Result<void> wait_until(Clock::time_point end) {
    constexpr std::chrono::milliseconds kLook{20};
    for (auto now = Clock::now(); now < end; now = Clock::now()) {
        if (interrupted()) return interrupted_error();
        std::this_thread::sleep_for(std::min<Clock::duration>(end - now, kLook));
    }
    return {};
}

}  // namespace xdpbench
