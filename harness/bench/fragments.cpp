#include "bench/fragments.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace xdpbench::bench {

std::size_t fragments_of(std::size_t frame_bytes, std::size_t page_bytes) {
    // net/bpf/test_run.c: what is in a page in front of the linear part (XDP_PACKET_HEADROOM) and
    // behind it (struct skb_shared_info).
    constexpr std::size_t kAround = 256 + 320;
    const std::size_t linear = page_bytes - kAround;
    return frame_bytes <= linear ? 0 : (frame_bytes - linear + page_bytes - 1) / page_bytes;
}

Result<void> require_same_fragments(const packet::Frames& frames, std::size_t page_bytes) {
    const auto [shortest, longest] = std::minmax_element(
        frames.begin(), frames.end(), [](const packet::Frame& a, const packet::Frame& b) {
            return a.bytes.size() < b.bytes.size();
        });
    if (shortest == frames.end()) return {};
    const std::size_t fewest = fragments_of(shortest->bytes.size(), page_bytes);
    const std::size_t most = fragments_of(longest->bytes.size(), page_bytes);
    if (fewest == most) return {};
    return unavailable_error(
        fmt::format("frames that differ in the number of their fragments cannot be timed in one "
                    "test run: one of {} has {}, one of {} has {}",
                    counted(shortest->bytes.size(), "byte"), fewest,
                    counted(longest->bytes.size(), "byte"), most),
        "the kernel takes fragments from a packet that gets shorter, and adds none when it gets "
        "longer",
        "time frames of one length at a time (--size), or all of them end to end: --mode native, "
        "generic");
}

}  // namespace xdpbench::bench
