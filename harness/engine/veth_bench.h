// The bench end to end: a generator, a veth pair, the program under test attached to it.
#pragma once

#include <memory>
#include <optional>

#include "engine/bench.h"
#include "engine/empty_program.h"
#include "engine/lane.h"
#include "traffic/generator.h"

namespace xdpbench {

// Two lanes side by side, the program under test on one and the empty program on the other, one
// generator that feeds them in turn from the same CPU.
class VethBench final : public BenchRig {
  public:
    // Verifies that every frame takes the path that will be timed, then builds and calibrates.
    static Result<std::unique_ptr<BenchRig>> create(const BenchCase& bench);

    [[nodiscard]] Result<BenchRecord> finish() override;

  private:
    VethBench(Topology topology, Program program, Generator generator);
    Result<Window> window(bool floor, std::uint64_t frames, BenchRecord* counted) override;

    Topology topology_;
    Program program_;
    Generator generator_;
    std::optional<EquippedLane> lane_;
    std::optional<EquippedLane> floor_;
    double sending_seconds_ = 0;  // of the program's windows that count
    std::string end_;             // where frames of the program arrived last
    std::string floor_end_;       // and of the floor
};

// Has the DUT sides of all lanes, on which programs are attached, polled by threads on the
// program's CPU, if it is to be separate.
Result<void> place_program(const Topology& topology, const CpuPlan& cpus);

// Of two CPUs side by side the slower one, "program" or "generator": where the program cannot keep
// up, the ring before it is full for that share of the frames.
[[nodiscard]] const char* slower_side(double refused);

}  // namespace xdpbench
