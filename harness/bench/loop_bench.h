// The bench of the program alone: ns/packet in the fresh-packet loop, without a network around it.
#pragma once

#include <memory>
#include <optional>

#include "bench/bench.h"
#include "bench/bench_case.h"
#include "net/network.h"
#include "testbed/empty_program.h"
#include "traffic/refresh_loop.h"
#include "xsk/sockets.h"

namespace xdpbench::bench {

class LoopBench final : public BenchRig {
  public:
    // Verifies in the loop itself, frame by frame, that the program does with fresh packets what it
    // did in single runs, then calibrates.
    static Result<std::unique_ptr<BenchRig>> create(const BenchCase& bench);

    // Looks again, frame by frame, and at the program's own counters if it has them: invalid if any
    // packet took another path while it was timed.
    [[nodiscard]] Result<model::BenchRecord> finish() override;

  private:
    LoopBench(net::Network network, bpf::Program program, testbed::EmptyProgram empty,
              traffic::RefreshLoop loop);
    Result<Window> window(bool baseline, std::uint64_t frames,
                          model::BenchRecord* counted) override;
    Result<void> verify_each_frame();

    net::Network network_;  // its parking interface is used, and what the program may redirect to
    bpf::Program program_;
    std::unique_ptr<xsk::Sockets> sockets_;  // in its XSKMAPs
    testbed::EmptyProgram empty_;
    traffic::RefreshLoop loop_;
};

}  // namespace xdpbench::bench
