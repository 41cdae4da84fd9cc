// The fresh-packet loop: how long a program takes for a packet, measured with BPF_PROG_TEST_RUN
// (bpf/harness/refresh.bpf.c).
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "bpf/attach.h"
#include "net/netns.h"
#include "packet/frame.h"
#include "replay.h"

struct refresh;

namespace xdpbench::traffic {

// What a number of runs took. Both clocks are read right before and after the system call.
struct TimedRuns {
    std::uint64_t runs = 0;
    double cpu_seconds = 0;      // CLOCK_THREAD_CPUTIME_ID: without what other threads were given;
                                 // CLOCK_MONOTONIC where that is counted in ticks only
    double seconds = 0;          // CLOCK_MONOTONIC
    std::uint32_t returned = 0;  // by the program for the last packet
    std::uint32_t frame = 0;     // the last packet's number in the frames
    // Runs before these, with the frames before theirs, that are not timed: a signal that cannot be
    // blocked (SIGSTOP) cut the call short.
    std::uint64_t cut_runs = 0;

    [[nodiscard]] double ns_per_packet() const {
        return runs == 0 ? 0 : cpu_seconds * 1e9 / static_cast<double>(runs);
    }
};

class RefreshLoop {
  public:
    static constexpr unsigned kSlots = REFRESH_SLOTS;

    // Loads `frames` into the kernel. Programs in the slots must agree with `frags`: whether they
    // are xdp.frags, and in the attach type with the first that is placed. Refuses what
    // Generator::require_count() refuses, and frames shorter than an Ethernet header; unavailable
    // on kernels before 5.18.
    static Result<RefreshLoop> create(const packet::Frames& frames, bool frags);

    // Attaches the loop natively to an idle interface for as long as it lives, so that a call does
    // not wait for RCU (Network::parking).
    Result<void> park(const net::NetNs& netns, const net::InterfaceInfo& idle);

    // Puts a loaded program into a slot, in place of what stood there. Unavailable, with the
    // reason, for a program that cannot be tail-called. For a first one that was loaded with
    // another attach type the loop is loaded once more.
    Result<void> place(unsigned slot, int program_fd);

    // The next run takes frame number `frame`, counted from 0.
    void seek(std::uint32_t frame);

    // Gives the next `runs` packets to the program in `slot`, on the calling thread's CPU and in
    // `netns`. If the process is stopped meanwhile, the call is repeated with the packets that
    // follow.
    Result<TimedRuns> run(const net::NetNs& netns, unsigned slot, std::uint32_t runs);

  private:
    struct Close {
        void operator()(refresh* skeleton) const;
    };
    using Skeleton = std::unique_ptr<refresh, Close>;
    // Where the loop is attached; gone before another one takes its place.
    struct Parking {
        net::NetNs netns;
        net::InterfaceInfo idle;
        std::optional<bpf::XdpLink> xdp_link;
    };

    RefreshLoop(Skeleton skeleton, const packet::Frames& frames);
    static Result<Skeleton> load(Skeleton opened, bool frags, bpf_attach_type attach_type);
    // With the same frames.
    Result<void> load_again(bpf_attach_type attach_type);

    // Packets given out since the loop was loaded.
    [[nodiscard]] std::uint64_t position() const;

    Skeleton skeleton_;
    std::optional<Parking> parking_;
    bool placed_ = false;  // some program
    std::uint32_t frame_count_;
    std::vector<std::uint8_t> data_;  // the packet's first content: as long as the longest frame
};

}  // namespace xdpbench::traffic
