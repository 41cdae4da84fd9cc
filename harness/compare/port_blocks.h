// The samples of a comparison over real ports (see blocks.h).
#pragma once

#include <array>
#include <memory>
#include <random>

#include "compare/blocks.h"
#include "net/port_network.h"
#include "testbed/port_link.h"
#include "traffic/frame_sender.h"

namespace xdpbench::compare {

// What the rate of the base over a port is bound by. `lost`: share of the frames.
[[nodiscard]] model::Bound bound_over_port(double base_ns, double lost, double generator_maximum);

// One link, on which all programs take turns: they are put into each other's place through it, so
// that the driver sets nothing up anew. They are loaded anew for each block.
class PortBlocks final : public BlockSource {
  public:
    // The caller has pinned the thread to the generator's CPU. Measures first what the generator
    // sends at most over the port.
    static Result<std::unique_ptr<BlockSource>> create(const Compared& compared, model::Mode mode,
                                                       const net::Ports& ends, std::uint64_t seed);

    Result<Block> measure() override;
    [[nodiscard]] model::Measure measures() const override { return model::Measure::packet; }
    [[nodiscard]] double resolution() const override { return 0; }
    void complete(model::ComparedCase& result) const override;

  private:
    static constexpr std::size_t kArms = 3;
    // One window of each program, and one backwards.
    struct Quad {
        std::array<double, kArms> ns{};  // ns for each packet that the program handled
        std::array<testbed::LinkCounts, kArms> counts;
        std::uint64_t lost = 0;
    };

    PortBlocks(const Compared& compared, model::Mode mode, std::uint64_t seed,
               std::unique_ptr<testbed::PortLink> ports, traffic::FrameSender sender);
    Result<bpf::Program> load(std::size_t arm) const;
    Result<void> load_anew();
    Result<void> find_window(bool remote);
    Result<double> window(std::size_t arm, std::uint64_t frames, testbed::LinkCounts& counts);
    Result<Quad> quad();

    const Compared* compared_;
    model::Mode mode_;
    std::mt19937_64 lots_;
    std::unique_ptr<testbed::PortLink> ports_;
    traffic::FrameSender sender_;
    std::array<std::unique_ptr<bpf::Program>, kArms> programs_;
    std::uint64_t window_frames_ = 0;
    double generator_maximum_ = 0;  // frames/s
};

}  // namespace xdpbench::compare
