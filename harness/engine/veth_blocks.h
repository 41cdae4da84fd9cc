// The samples of a comparison end to end, through veths (see blocks.h).
#pragma once

#include <array>
#include <memory>
#include <random>

#include "engine/blocks.h"
#include "engine/lane.h"
#include "engine/lane_window.h"
#include "traffic/generator.h"
#include "traffic/placement.h"

namespace xdpbench {

// Three equal lanes side by side, fed in turn by one generator from one CPU; where the program has
// a CPU of its own, the threads that poll all three are on that. In each block every program stands
// on every lane once, so that what one lane is slower than another falls out; it is loaded anew for
// each, because its redirect targets are those of the lane.
class VethBlocks final : public BlockSource {
  public:
    // The caller has pinned the thread to the generator's CPU.
    static Result<std::unique_ptr<BlockSource>> create(const Compared& compared, Mode mode,
                                                       const CpuPlan& cpus, std::uint64_t seed);

    Result<Block> measure() override;
    [[nodiscard]] const char* measures() const override { return "packet"; }
    [[nodiscard]] double resolution() const override { return 0; }

  private:
    static constexpr std::size_t kArms = 3;
    struct Quad {
        std::array<double, kArms> ns{};  // ns/packet of each program
        std::array<LaneCounts, kArms> counts;
        std::uint64_t refused = 0;  // of all frames, those that found a ring full
    };

    VethBlocks(const Compared& compared, std::uint64_t seed, Topology topology,
               Generator generator);
    [[nodiscard]] static std::size_t lane_of(std::size_t arm, std::size_t rotation) {
        return (arm + rotation) % kArms;
    }
    Result<Program> load(std::size_t arm, std::size_t lane) const;
    Result<void> equip(Mode mode);
    Result<void> rotate(std::size_t rotation);
    Result<Quad> quad(std::size_t rotation);
    [[nodiscard]] Result<std::uint64_t> most_frames(std::uint64_t most) const;
    [[nodiscard]] Result<void> require_same_end(const Quad& quad) const;

    const Compared* compared_;
    std::mt19937_64 lots_;
    Topology topology_;
    Generator generator_;
    std::vector<EquippedLane> lanes_;
    std::array<std::unique_ptr<Program>, kArms> standing_;  // by lane
    std::uint64_t window_frames_ = 0;
};

}  // namespace xdpbench
