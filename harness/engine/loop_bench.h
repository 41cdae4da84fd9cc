// The bench of the program alone: ns/packet in the fresh-packet loop, without a network around it.
#pragma once

#include <memory>
#include <optional>

#include "engine/bench.h"
#include "engine/empty_program.h"
#include "kernel/topology.h"
#include "traffic/refresh_loop.h"

namespace xdpbench {

class LoopBench final : public BenchRig {
  public:
    // Verifies in the loop itself, frame by frame, that the program does with fresh packets what it
    // did in single runs, then calibrates.
    static Result<std::unique_ptr<BenchRig>> create(const BenchCase& bench);

    // Looks again, frame by frame, and at the program's own counters if it has them: invalid if any
    // packet took another path while it was timed.
    [[nodiscard]] Result<BenchRecord> finish() override;

  private:
    LoopBench(Topology topology, Program program, EmptyProgram empty, RefreshLoop loop);
    Result<Window> window(bool floor, std::uint64_t frames, BenchRecord* counted) override;
    Result<void> verify_each_frame();

    Topology topology_;  // its parking interface is used, and what the program may redirect to
    Program program_;
    EmptyProgram empty_;
    RefreshLoop loop_;
};

}  // namespace xdpbench
