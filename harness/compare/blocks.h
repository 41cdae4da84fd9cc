// The samples of a comparison. A block loads everything anew (fresh JIT, fresh maps) and lets
// windows of all programs take turns; what is left of the machine's noise in it hits all alike.
// Windows inside a block share its loads and so are not independent: the block is the sample.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>

#include "bench/paths.h"
#include "model/comparison.h"
#include "net/network.h"
#include "target/traffic_shape.h"
#include "testbed/accounting.h"
#include "testbed/empty_program.h"
#include "traffic/refresh_loop.h"
#include "xsk/sockets.h"

namespace xdpbench::compare {

struct Block {
    double ratio = 0;    // ln(contender / base)
    double control = 0;  // ln(base loaded a second time / base)
    // ns/packet with the baseline in it.
    double base_ns = 0;
    double contender_ns = 0;
    double baseline_ns = 0;  // 0: none was measured
    double own_ns = 0;       // what the base takes at least, without the baseline (least_own_time)
    double refused = 0;      // share of the frames that found the ring before the program full
};

// ln(b / a) of what is left of two programs without `taken_off`: their quads are compared in pairs,
// so that drift between quads does not count. With x the paired difference over the sum it is 2
// atanh(x), which swapping the two negates. A block in which one was disturbed until nothing is
// left of the other counts as 1 to 20,000, not as no number.
[[nodiscard]] double log_ratio(const std::vector<double>& a, const std::vector<double>& b,
                               double taken_off);

// ns/packet that a program takes more than the baseline in three of four quads. On a busy machine
// that is far below the median: then nobody knows that the program takes any time of its own.
[[nodiscard]] double least_own_time(const std::vector<double>& program,
                                    const std::vector<double>& baseline);

// What takes turns in a block, by place in the arrays that are kept of it: the base, the contender,
// and the base once more, which shows what no difference looks like.
inline constexpr std::size_t kBase = 0;
inline constexpr std::size_t kContender = 1;
inline constexpr std::size_t kControl = 2;

class BlockSource {
  public:
    virtual ~BlockSource() = default;
    BlockSource() = default;
    BlockSource(const BlockSource&) = delete;
    BlockSource& operator=(const BlockSource&) = delete;
    BlockSource(BlockSource&&) = delete;
    BlockSource& operator=(BlockSource&&) = delete;

    virtual Result<Block> measure() = 0;
    // What the ratios are of.
    [[nodiscard]] virtual model::Measure measures() const = 0;
    // The relative effect that the clocks' resolution comes to: a smaller one is no difference.
    [[nodiscard]] virtual double resolution() const = 0;
    // Adds what only this kind of samples knows: what the rate is bound by.
    virtual void complete(model::ComparedCase& /*result*/) const {}
};

// Two programs and the traffic that they are compared on.
struct Compared {
    const target::Target* base = nullptr;
    const target::Target* contender = nullptr;
    target::TrafficShape shape;
    packet::Frames frames;  // in that shape
    bench::Paths paths;     // the same for both
};

// Both redirect, but do they redirect to the same place? Nobody could tell before. Invalid if not.
Result<void> require_same_end(const Compared& compared, const testbed::LinkCounts& base,
                              const testbed::LinkCounts& contender);

// The programs alone, in the fresh-packet loop. Base, contender, base once more and the empty
// program stand in its slots, randomised again in each block.
class LoopBlocks final : public BlockSource {
  public:
    // Finds out how long windows are and what ratios are of. `seed`: of the random order.
    static Result<std::unique_ptr<BlockSource>> create(const Compared& compared,
                                                       std::uint64_t seed);

    Result<Block> measure() override;
    [[nodiscard]] model::Measure measures() const override {
        return of_program_ ? model::Measure::program : model::Measure::packet;
    }
    [[nodiscard]] double resolution() const override { return resolution_; }

  private:
    static constexpr std::size_t kArms = traffic::RefreshLoop::kSlots;

    LoopBlocks(const Compared& compared, std::uint64_t seed, net::Network network,
               testbed::EmptyProgram empty, traffic::RefreshLoop loop);
    struct Arms;
    Result<void> load(Arms& arms);
    Result<std::array<double, kArms>> quad(Arms& arms, std::uint32_t first_frame);

    const Compared* compared_;
    std::mt19937_64 lots_;
    net::Network network_;  // its parking interface is used, and what a program may redirect to
    testbed::EmptyProgram empty_;
    std::unique_ptr<xsk::Sockets> sockets_;  // in the XSKMAPs of all of them; nothing arrives
    traffic::RefreshLoop loop_;
    std::uint32_t window_runs_ = 0;
    bool of_program_ = true;
    double resolution_ = 0;
};

}  // namespace xdpbench::compare
