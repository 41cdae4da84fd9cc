// BPF_PROG_TEST_RUN of one frame.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "scenario/scenario.h"

namespace xdpbench::bpf {

// What the program finds in its context beside the frame (struct xdp_md).
struct TestRunContext {
    // Resolved in the caller's network namespace. Its receive queues must be known to XDP: of a
    // veth only while a program is attached natively. 0: the kernel's default, the loopback device.
    unsigned ingress_ifindex = 0;
    std::uint32_t rx_queue = 0;
    std::span<const std::uint8_t> metadata;  // in front of the frame
    // Bytes of the frame that are in the linear part (Linux 6.18), of a program in xdp.frags; 0: as
    // many as the kernel has room for.
    std::uint32_t linear = 0;
};

struct TestRunOutput {
    std::uint32_t returned = 0;  // what the program returned: an xdp_action, if it is right
    // Afterwards; valid until the next run.
    std::span<const std::uint8_t> frame;
    std::span<const std::uint8_t> metadata;
};

// "XDP_TX", or "17, which is no XDP action".
[[nodiscard]] std::string returned_text(std::uint32_t returned);

// Runs one program again and again over frames of the caller's, one run a call, in the caller's
// network namespace. Keeps its buffer, so that a large pcap is run at the speed of the system call.
class TestRunner {
  public:
    // `usual`: the context of runs without one of their own.
    explicit TestRunner(int program_fd, const TestRunContext& usual = {});

    // `frame`: 14 bytes or more. A run that a signal interrupts is repeated, unless it is the user
    // who interrupts.
    Result<TestRunOutput> run(std::span<const std::uint8_t> frame, const TestRunContext& context);
    Result<TestRunOutput> run(std::span<const std::uint8_t> frame) { return run(frame, usual_); }

  private:
    int program_fd_;
    TestRunContext usual_;
    std::vector<std::uint8_t> input_;  // metadata and frame, where there is metadata
    std::vector<std::uint8_t> output_;
};

}  // namespace xdpbench::bpf
