// AF_XDP sockets: how they are bound, and what arrived at them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace xdpbench::model {

// How a socket gets its frames. Bound ones are never `automatic`.
enum class XskMode {
    automatic,  // without a copy if the driver can, else with one; the kernel decides
    copy,       // the kernel copies each frame: every driver, generic mode too
    zero_copy   // the driver writes into the socket's memory
};
[[nodiscard]] std::string_view name_of(XskMode mode);  // "auto", "copy", "zero-copy"
[[nodiscard]] std::optional<XskMode> parse_xsk_mode(std::string_view name);

// What arrived at the sockets of a link.
struct XskTally {
    std::uint64_t frames = 0;
    std::uint64_t batches = 0;  // times that frames were taken out of a ring
    std::uint64_t wakeups = 0;  // times that the receiver slept and was woken; 0: it does not sleep

    [[nodiscard]] double frames_per_batch() const {
        return batches == 0 ? 0 : static_cast<double>(frames) / static_cast<double>(batches);
    }
    XskTally& operator+=(const XskTally& other);
    friend XskTally operator-(const XskTally& now, const XskTally& before) {
        return {now.frames - before.frames, now.batches - before.batches,
                now.wakeups - before.wakeups};
    }
};

// Of a replay or a bench: the sockets and what they received.
struct XskRecord {
    std::uint64_t sockets = 0;     // one a queue
    XskMode mode = XskMode::copy;  // bound, as the kernel reports it
    XskTally tally;
};

}  // namespace xdpbench::model
