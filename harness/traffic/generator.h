// The replay generator: sends frames out of an interface from inside the kernel
// (bpf/harness/replay.bpf.c).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "kernel/attach.h"
#include "kernel/netns.h"
#include "packet/frame.h"

struct replay;

namespace xdpbench {

// Frames are kept in one kernel map with slots as long as the longest frame.
inline constexpr std::uint64_t kGeneratorBytes = 512ULL << 20;
// A live frame shares one page with its headroom, its tailroom and the kernel's bookkeeping (struct
// xdp_page_head in net/bpf/test_run.c), which leaves 3,368 bytes on 6.1 and 3,408 on 6.12 and 6.18.
// The least of them, so that what runs on one kernel runs on all.
inline constexpr std::size_t kLongestLiveFrame = 3368;  // bytes

class Generator {
  public:
    // Loads `frames` into the kernel. Refuses none at all, frames that are too short or too long,
    // and too many, and says how many fit; unavailable on kernels without live frames (5.18).
    static Result<Generator> create(const Frames& frames);

    // What create() refuses, asked beforehand: frame number `index` by its length in bytes, and a
    // number of frames by the longest of them.
    static Result<void> require_length(std::uint64_t index, std::size_t length);
    static Result<void> require_count(std::uint64_t count, std::size_t longest);

    // Attaches the generator to an idle interface for as long as it lives, so that a call does not
    // wait for RCU (Topology::parking). For whoever sends in many calls.
    Result<void> park(const NetNs& netns, const InterfaceInfo& idle);

    // Begins again with the first frame.
    void rewind();

    // Sends the next `count` frames (the first one follows the last one) out of interface `ifindex`
    // of `netns`, from the calling thread's CPU; returns when the last one was handed over. What is
    // handed over need not arrive: read that at the receiving side. Interrupted by the user: an
    // error.
    Result<void> send(const NetNs& netns, unsigned ifindex, std::uint64_t count);

  private:
    struct Close {
        void operator()(replay* skeleton) const;
    };
    Generator(std::unique_ptr<replay, Close> skeleton, std::size_t longest);

    std::unique_ptr<replay, Close> skeleton_;
    std::optional<XdpLink> parked_;
    std::vector<std::uint8_t>
        data_;  // the live frame's first content: as long as the longest frame
};

}  // namespace xdpbench
