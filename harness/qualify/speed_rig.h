// A program on the device and the generator at the peer: frames as fast as possible.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/attach.h"
#include "packet/frame.h"
#include "qualify/context.h"
#include "qualify/port_rate.h"
#include "qualify/program.h"
#include "traffic/sink.h"

namespace xdpbench::qualify {

class SpeedRig {
  public:
    // Attaches the program, waits for the carrier and until the first frame reaches the program.
    // Unavailable if the peer cannot send what the generator makes (ndo-xmit).
    static Result<SpeedRig> create(Context& context, CaseProgram program);

    // Sends these frames in turn for `seconds` as fast as one generator on each of `cpus` can. The
    // first one is the calling thread's. Invalid if the program handled more than were sent.
    Result<RateCounts> run(const packet::Frames& frames, const std::vector<int>& cpus,
                           double seconds);

    // Frames that the program has handled so far, by CPU.
    [[nodiscard]] Result<std::vector<std::uint64_t>> handled_by_cpu() const {
        return program_.handled_by_cpu();
    }
    // Frames that the program of a CPUMAP handled.
    [[nodiscard]] Result<ProgramCounts> counts() const { return program_.counts(); }
    // Counters of the device that speak of loss and rose since create().
    Result<std::map<std::string, std::uint64_t>> discards() const;

  private:
    SpeedRig(Context& context, CaseProgram program, bpf::XdpLink xdp_link, traffic::Sink stack,
             traffic::Sink back)
        : context_(&context),
          program_(std::move(program)),
          xdp_link_(std::move(xdp_link)),
          stack_(std::move(stack)),
          back_(std::move(back)) {}

    struct Seen {
        std::uint64_t handled = 0;
        std::uint64_t arrived = 0;
    };
    Result<Seen> look() const;
    Result<void> await_first_frame();
    Context* context_;
    CaseProgram program_;
    bpf::XdpLink xdp_link_;
    traffic::Sink stack_;
    traffic::Sink back_;
    std::map<std::string, std::uint64_t> losses_before_;
};

}  // namespace xdpbench::qualify
