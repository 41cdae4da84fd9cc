// The frames of a check through a program that the kernel does not test-run: one by one over a
// veth, to whose end it is attached natively.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "bpf/test_run.h"
#include "target/lone_program.h"
#include "testbed/instrumented_link.h"
#include "traffic/socket_generator.h"

namespace xdpbench::check {

class SentFrames {
  public:
    // `lone` has a network, and must outlive this.
    static Result<std::unique_ptr<SentFrames>> create(const target::LoneProgram& lone);

    // What became of the frame. Of one that arrived nowhere nobody knows what it became: `frame` is
    // as it was sent. A program without counters is counted by the driver, which does not tell
    // XDP_ABORTED from XDP_DROP.
    Result<bpf::TestRunOutput> run(std::span<const std::uint8_t> frame);

  private:
    SentFrames(const target::LoneProgram& lone, testbed::InstrumentedLink link)
        : lone_(&lone), link_(std::move(link)) {}
    Result<void> take_arrived(const traffic::Arrivals& sink, std::uint32_t& seen);

    const target::LoneProgram* lone_;
    testbed::InstrumentedLink link_;
    traffic::SocketGenerator generator_{{}};
    std::vector<std::uint8_t> frame_;
    std::uint32_t returned_ = 0;  // frames that came back
    std::uint32_t passed_ = 0;
    std::uint32_t forwarded_ = 0;
};

}  // namespace xdpbench::check
