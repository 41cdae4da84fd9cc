// BPF_PROG_TEST_RUN of one frame.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "scenario/scenario.h"

namespace xdpbench {

struct TestRunOutput {
    std::uint32_t returned = 0;  // what the program returned: an xdp_action, if it is right
    std::span<const std::uint8_t> frame;  // the frame afterwards; valid until the next run
};

// "XDP_TX", or "17, which is no XDP action".
[[nodiscard]] std::string returned_text(std::uint32_t returned);

// Runs one program again and again over frames of the caller's, one run a call, in the caller's
// network namespace. Keeps its buffer, so that a large pcap is run at the speed of the system call.
class TestRunner {
  public:
    explicit TestRunner(int program_fd);

    // `frame`: 14 bytes or more. A run that a signal interrupts is repeated, unless it is the user
    // who interrupts.
    Result<TestRunOutput> run(std::span<const std::uint8_t> frame);

  private:
    int program_fd_;
    std::vector<std::uint8_t> output_;
};

}  // namespace xdpbench
