#include "testbed/settled.h"

#include <linux/bpf.h>

#include <chrono>
#include <thread>

#include "base/clock.h"
#include "base/interrupt.h"

namespace xdpbench::testbed {
namespace {

// For unaccounted frames.
constexpr auto kPatience = std::chrono::seconds(2);
// For frames of which nobody would know if they were dropped.
constexpr auto kStillness = std::chrono::milliseconds(100);
// Also how exactly the end of a window is known whose last frames other CPUs handle; looking more
// often would take user-space CPU.
constexpr auto kLookAgain = std::chrono::microseconds(100);

}  // namespace

Result<LinkCounts> settled(const InstrumentedLink& link, const LinkCounts& before,
                           std::uint64_t sent, Settled when) {
    XDPBENCH_TRY(LinkCounts now, link.read());
    Clock::time_point moved = Clock::now();
    std::uint64_t progress = 0;
    for (;;) {
        const LinkCounts counts = since(before, now);
        const bool accounted = unaccounted(counts, sent).empty();
        const bool sure =
            when == Settled::balanced || link.sees_drops() || counts.actions[XDP_DROP] == 0;
        if (accounted && sure) return counts;
        // Frames that nobody sent: they may go on for ever, and never be accounted for.
        if (counts.handled() > sent) return counts;
        const std::uint64_t sum = counts.handled() + counts.received + counts.passed +
                                  counts.forwarded + counts.sockets.frames +
                                  frames_lost(counts.losses);
        if (sum != progress) {
            progress = sum;
            moved = Clock::now();
        }
        const Clock::duration still = Clock::now() - moved;
        if (interrupted() || still > kPatience || (accounted && still > kStillness)) return counts;
        std::this_thread::sleep_for(kLookAgain);
        XDPBENCH_TRY(now, link.read());
    }
}

}  // namespace xdpbench::testbed
