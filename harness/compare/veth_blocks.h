// The samples of a comparison end to end, through veths (see blocks.h).
#pragma once

#include <array>
#include <memory>
#include <random>

#include "compare/blocks.h"
#include "testbed/instrumented_link.h"
#include "testbed/link_window.h"
#include "traffic/generator.h"
#include "traffic/placement.h"

namespace xdpbench::compare {

// Three equal links side by side, fed alternately by one generator from one CPU; where the program
// has a CPU of its own, the threads that poll all three are on that. In each block every program
// stands on every link once, so that what one link is slower than another falls out; it is loaded
// anew for each, because its redirect targets are those of the link.
class VethBlocks final : public BlockSource {
  public:
    // The caller has pinned the thread to the generator's CPU.
    static Result<std::unique_ptr<BlockSource>> create(const Compared& compared, model::Mode mode,
                                                       const traffic::CpuPlan& cpus,
                                                       std::uint64_t seed);

    Result<Block> measure() override;
    [[nodiscard]] model::Measure measures() const override { return model::Measure::packet; }
    [[nodiscard]] double resolution() const override { return 0; }
    // On two CPUs the slower side alone decides about the rate.
    void complete(model::ComparedCase& result) const override;

  private:
    static constexpr std::size_t kArms = 3;
    struct Quad {
        std::array<double, kArms> ns{};  // ns/packet of each program
        std::array<testbed::LinkCounts, kArms> counts;
        std::uint64_t refused = 0;  // of all frames, those that found a ring full
    };

    VethBlocks(const Compared& compared, std::uint64_t seed, net::Network network,
               traffic::Generator generator);
    [[nodiscard]] static std::size_t link_of(std::size_t arm, std::size_t rotation) {
        return (arm + rotation) % kArms;
    }
    Result<bpf::Program> load(std::size_t arm, std::size_t link) const;
    Result<void> equip(model::Mode mode);
    Result<void> rotate(std::size_t rotation);
    Result<Quad> quad(std::size_t rotation);
    [[nodiscard]] Result<std::uint64_t> most_frames(std::uint64_t most) const;

    const Compared* compared_;
    std::mt19937_64 lots_;
    net::Network network_;
    traffic::Generator generator_;
    std::vector<testbed::InstrumentedLink> links_;
    std::array<std::unique_ptr<bpf::Program>, kArms> standing_;  // by link
    std::uint64_t window_frames_ = 0;
    bool separate_ = false;
};

}  // namespace xdpbench::compare
