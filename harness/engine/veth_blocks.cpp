#include "engine/veth_blocks.h"

#include <linux/bpf.h>

#include <algorithm>
#include <cmath>

#include "stats/summary.h"
#include "traffic/frame_map.h"

namespace xdpbench {
namespace {

constexpr std::size_t kQuads = 2;  // in each rotation of the programs over the lanes
constexpr double kWindowSeconds = 0.004;
constexpr std::uint64_t kFewestFrames = 1024;
constexpr std::uint64_t kMostFrames = 65536;

constexpr std::size_t kBase = 0;
constexpr std::size_t kContender = 1;
constexpr std::size_t kControl = 2;

}  // namespace

VethBlocks::VethBlocks(const Compared& compared, std::uint64_t seed, Topology topology,
                       Generator generator)
    : compared_(&compared),
      lots_(seed),
      topology_(std::move(topology)),
      generator_(std::move(generator)) {}

Result<std::unique_ptr<BlockSource>> VethBlocks::create(const Compared& compared, Mode mode,
                                                        std::uint64_t seed) {
    if (compared.paths.tally[XDP_REDIRECT] != 0) {
        return unavailable_error("redirecting programs are not compared end to end",
                                 "their targets belong to one lane, and in a block every program "
                                 "stands on every lane once",
                                 "compare them alone: --only time");
    }
    XDPBENCH_TRY(Generator generator, Generator::create(compared.frames));
    XDPBENCH_TRY(Topology topology, Topology::create(kArms, longest_of(compared.frames)));
    XDPBENCH_CHECK(generator.park(topology.tester, topology.parking));
    std::unique_ptr<VethBlocks> blocks(
        new VethBlocks(compared, seed, std::move(topology), std::move(generator)));
    XDPBENCH_CHECK(blocks->load(blocks->standing_));
    for (std::size_t i = 0; i < kArms; ++i) {
        const Program& program = *blocks->standing_[i];
        XDPBENCH_TRY(EquippedLane lane,
                     EquippedLane::create(blocks->topology_, i, &program, program.fd(), mode, {}));
        blocks->lanes_.push_back(std::move(lane));
    }
    blocks->window_frames_ = kFewestFrames;
    XDPBENCH_TRY(const Block first, blocks->measure());
    blocks->window_frames_ =
        std::clamp(static_cast<std::uint64_t>(kWindowSeconds * 1e9 / std::max(first.base_ns, 1.0)),
                   kFewestFrames, kMostFrames);
    return std::unique_ptr<BlockSource>(std::move(blocks));
}

Result<void> VethBlocks::load(Programs& programs) {
    std::array<std::size_t, kArms> order{kBase, kContender, kControl};
    std::shuffle(order.begin(), order.end(), lots_);
    for (const std::size_t arm : order) {
        XDPBENCH_TRY(
            Program program,
            load_program(arm == kContender ? *compared_->contender : *compared_->base, topology_));
        programs[arm].emplace(std::move(program));
    }
    return {};
}

// One window of each program in an order drawn by lot, then the same backwards. Returns each
// program's ns/packet.
Result<std::array<double, VethBlocks::kArms>> VethBlocks::quad(std::size_t rotation) {
    std::array<std::size_t, kArms> order{kBase, kContender, kControl};
    std::shuffle(order.begin(), order.end(), lots_);
    std::array<double, kArms> ns{};
    for (std::size_t i = 0; i < 2 * kArms; ++i) {
        const std::size_t arm = order[i < kArms ? i : 2 * kArms - 1 - i];
        generator_.rewind();
        XDPBENCH_TRY(const LaneWindow window, run_window(lanes_[(arm + rotation) % kArms],
                                                         generator_, topology_, window_frames_));
        ns[arm] += ns_each(window.seconds, window.counts.handled()) / 2;
    }
    return ns;
}

Result<Block> VethBlocks::measure() {
    Programs programs;
    XDPBENCH_CHECK(load(programs));
    std::array<std::size_t, kArms> rotations{0, 1, 2};
    std::shuffle(rotations.begin(), rotations.end(), lots_);
    Block block;
    std::array<std::vector<double>, kArms> all;
    for (const std::size_t rotation : rotations) {
        for (std::size_t arm = 0; arm < kArms; ++arm) {
            const Program& program = *programs[arm];
            XDPBENCH_CHECK(lanes_[(arm + rotation) % kArms].start_over(program));
        }
        XDPBENCH_CHECK(quad(rotation));  // does not count
        std::array<std::vector<double>, kArms> ns;
        for (std::size_t i = 0; i < kQuads; ++i) {
            XDPBENCH_TRY(const auto each, quad(rotation));
            for (std::size_t arm = 0; arm < kArms; ++arm) ns[arm].push_back(each[arm]);
        }
        // The mean over the rotations: each lane's own speed is in it once with each sign.
        block.ratio += log_ratio(ns[kBase], ns[kContender], 0) / kArms;
        block.control += log_ratio(ns[kBase], ns[kControl], 0) / kArms;
        for (std::size_t arm = 0; arm < kArms; ++arm)
            all[arm].insert(all[arm].end(), ns[arm].begin(), ns[arm].end());
    }
    block.base_ns = median(all[kBase]).value_or(0);
    block.contender_ns = median(all[kContender]).value_or(0);
    // The lanes count by the programs that stand on them.
    for (std::size_t arm = 0; arm < kArms; ++arm) {
        std::swap(standing_[arm], programs[arm]);
        XDPBENCH_CHECK(lanes_[(arm + rotations.back()) % kArms].start_over(*standing_[arm]));
    }
    return block;
}

}  // namespace xdpbench
