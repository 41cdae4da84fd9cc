// The samples of a comparison end to end, through veths (see blocks.h).
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <random>

#include "engine/blocks.h"
#include "engine/lane.h"
#include "engine/lane_window.h"
#include "traffic/generator.h"

namespace xdpbench {

// Three equal lanes side by side, fed in turn by one generator from one CPU. In each block every
// program stands on every lane once, so that what one lane is slower than another falls out.
class VethBlocks final : public BlockSource {
  public:
    static Result<std::unique_ptr<BlockSource>> create(const Compared& compared, Mode mode,
                                                       std::uint64_t seed);

    Result<Block> measure() override;
    [[nodiscard]] const char* measures() const override { return "packet"; }
    [[nodiscard]] double resolution() const override { return 0; }

  private:
    static constexpr std::size_t kArms = 3;
    using Programs = std::array<std::optional<Program>, kArms>;

    VethBlocks(const Compared& compared, std::uint64_t seed, Topology topology,
               Generator generator);
    Result<void> load(Programs& programs);
    Result<std::array<double, kArms>> quad(std::size_t rotation);

    const Compared* compared_;
    std::mt19937_64 lots_;
    Topology topology_;
    Generator generator_;
    std::vector<EquippedLane> lanes_;
    Programs standing_;  // on the lanes, from the block before
    std::uint64_t window_frames_ = 0;
};

}  // namespace xdpbench
