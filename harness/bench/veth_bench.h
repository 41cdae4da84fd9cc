// The bench end to end: a generator, a veth pair, the program under test attached to it.
#pragma once

#include <memory>
#include <optional>

#include "bench/bench.h"
#include "bench/bench_case.h"
#include "testbed/empty_program.h"
#include "testbed/instrumented_link.h"
#include "traffic/generator.h"

namespace xdpbench::bench {

// Two links side by side, the program under test on one and the empty program on the other, one
// generator that feeds them alternately from the same CPU.
class VethBench final : public BenchRig {
  public:
    // Verifies that every frame takes the path that will be timed, then builds and calibrates.
    static Result<std::unique_ptr<BenchRig>> create(const BenchCase& bench);

    [[nodiscard]] Result<model::BenchRecord> finish() override;

  private:
    VethBench(net::Network network, bpf::Program program, traffic::Generator generator);
    // With the links set up: brings the program to its state, and calibrates.
    Result<void> begin(const BenchCase& bench, const TimedTraffic& traffic,
                       const testbed::EmptyProgram& empty);
    Result<Window> window(bool baseline, std::uint64_t frames,
                          model::BenchRecord* counted) override;

    net::Network network_;
    bpf::Program program_;
    traffic::Generator generator_;
    std::optional<testbed::InstrumentedLink> link_;
    std::optional<testbed::InstrumentedLink> baseline_;
    bool by_cpu_time_ = false;
    double sending_seconds_ = 0;                     // of the program's windows that count
    model::End end_ = model::End::nowhere;           // where frames of the program arrived last
    model::End baseline_end_ = model::End::nowhere;  // and of the baseline
};

// Has the DUT sides of all links, on which programs are attached, polled by threads on the
// program's CPU, if it is to be separate.
Result<void> place_program(const net::Network& network, const traffic::CpuPlan& cpus);

// Of two CPUs side by side the slower one, program or generator: where the program cannot keep
// up, the ring before it is full for that share of the frames.
[[nodiscard]] model::Bound slower_side(double refused);

}  // namespace xdpbench::bench
