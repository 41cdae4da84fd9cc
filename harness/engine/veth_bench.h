// The bench end to end: a generator, a veth pair, the program under test attached to it.
#pragma once

#include <memory>
#include <optional>

#include "engine/bench.h"
#include "engine/lane.h"
#include "traffic/generator.h"

namespace xdpbench {

// Two lanes side by side, the program under test on one and the empty program on the other, one
// generator that feeds them in turn from the same CPU.
class VethBench final : public BenchRig {
  public:
    // Verifies that every frame takes the path that will be timed, then builds and calibrates.
    static Result<std::unique_ptr<BenchRig>> create(const Subject& subject, Mode mode);

    [[nodiscard]] Result<BenchRecord> finish() override;

  private:
    VethBench(Topology topology, Program program, Generator generator);
    Result<Window> window(bool floor, std::uint64_t frames, BenchRecord* counted) override;

    Topology topology_;
    Program program_;
    Generator generator_;
    std::optional<EquippedLane> lane_;
    std::optional<EquippedLane> floor_;
};

}  // namespace xdpbench
