#include "cable.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace xdpbench::faulty_card {
namespace {

constexpr int kBatch = 64;  // frames of one direction before the other has its turn

Time now() { return std::chrono::steady_clock::now(); }

timespec to_timespec(std::chrono::nanoseconds time) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    return {seconds.count(), (time - seconds).count()};
}

}  // namespace

void Cable::forward(std::size_t direction) {
    Tap& from = taps_[direction];
    Tap& to = taps_[1 - direction];
    Direction& way = directions_[direction];
    for (int i = 0; i < kBatch; ++i) {
        auto frame = from.read();
        if (!frame) break;
        way.take(std::move(*frame), now());
    }
    while (const auto frame = way.next(now())) {
        if (!to.write(*frame)) way.refused();
    }
    for (std::uint64_t i = way.miscounts(); i > 0; --i) to.count_a_drop();
}

std::chrono::nanoseconds Cable::patience(Time deadline) const {
    Time until = deadline;
    for (const Direction& direction : directions_)
        until = std::min(until, direction.due().value_or(until));
    return std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(until - now()));
}

Result<bool> Cable::carry(int stop, Time deadline) {
    while (now() < deadline) {
        std::array<pollfd, 3> polled = {pollfd{taps_[0].descriptor(), POLLIN, 0},
                                        pollfd{taps_[1].descriptor(), POLLIN, 0},
                                        pollfd{stop, POLLIN, 0}};
        const timespec timeout = to_timespec(patience(deadline));
        if (::ppoll(polled.data(), polled.size(), &timeout, nullptr) < 0 && errno != EINTR) {
            return system_error("cannot wait for frames", errno);
        }
        forward(0);
        forward(1);
        if (polled[2].revents != 0) return true;
    }
    return false;
}

}  // namespace xdpbench::faulty_card
