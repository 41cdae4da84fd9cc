#include "compare/veth_blocks.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cmath>

#include "bench/veth_bench.h"
#include "stats/summary.h"
#include "testbed/empty_program.h"
#include "traffic/frame_map.h"

namespace xdpbench::compare {
namespace {

constexpr std::size_t kVethQuads = 2;  // in each rotation of the programs over the links
constexpr std::uint64_t kFewestBlockFrames = 1024;

// How long windows are, and how many frames at most.
struct VethWindowSize {
    double seconds = 0.004;
    std::uint64_t most = 65536;
};

// When a program on a CPU of its own is done is known less exactly: that is to be little of a
// window.
VethWindowSize veth_window_size(const traffic::CpuPlan& cpus) {
    if (cpus.placement == model::Placement::shared) return {};
    return {0.012, 524'288};
}

}  // namespace

VethBlocks::VethBlocks(const Compared& compared, std::uint64_t seed, net::Network network,
                       traffic::Generator generator)
    : compared_(&compared),
      lots_(seed),
      network_(std::move(network)),
      generator_(std::move(generator)) {}

Result<std::unique_ptr<BlockSource>> VethBlocks::create(const Compared& compared, model::Mode mode,
                                                        const traffic::CpuPlan& cpus,
                                                        std::uint64_t seed) {
    XDPBENCH_CHECK(bench::require_steady(compared.paths));
    XDPBENCH_TRY(traffic::Generator generator, traffic::Generator::create(compared.frames));
    XDPBENCH_TRY(net::Network network,
                 net::Network::create(kArms, traffic::longest_of(compared.frames),
                                      target::network_of(*compared.base)));
    XDPBENCH_CHECK(generator.park(network.tester, network.parking));
    std::unique_ptr<VethBlocks> blocks(
        new VethBlocks(compared, seed, std::move(network), std::move(generator)));
    XDPBENCH_CHECK(blocks->equip(mode));
    XDPBENCH_CHECK(bench::place_program(blocks->network_, cpus));
    const VethWindowSize size = veth_window_size(cpus);
    XDPBENCH_TRY(const std::uint64_t most, blocks->most_frames(size.most));
    blocks->separate_ = cpus.placement != model::Placement::shared;
    blocks->window_frames_ = std::min(kFewestBlockFrames, most);
    XDPBENCH_TRY(const Block first, blocks->measure());
    blocks->window_frames_ =
        std::clamp(static_cast<std::uint64_t>(size.seconds * 1e9 / std::max(first.base_ns, 1.0)),
                   std::min(kFewestBlockFrames, most), most);
    return std::unique_ptr<BlockSource>(std::move(blocks));
}

Result<bpf::Program> VethBlocks::load(std::size_t arm, std::size_t link) const {
    const target::Target& target = arm == kContender ? *compared_->contender : *compared_->base;
    XDPBENCH_TRY(bpf::Program program,
                 target::load_program(target, network_, {}, std::nullopt, link));
    XDPBENCH_CHECK(bench::bring_to_state(program, compared_->frames, compared_->paths));
    return program;
}

Result<void> VethBlocks::equip(model::Mode mode) {
    for (std::size_t link = 0; link < kArms; ++link) {
        XDPBENCH_TRY(bpf::Program program, load(link, link));
        standing_[link] = std::make_unique<bpf::Program>(std::move(program));
        const target::Target& target =
            link == kContender ? *compared_->contender : *compared_->base;
        XDPBENCH_TRY(
            testbed::InstrumentedLink equipped,
            testbed::InstrumentedLink::create(network_, link, standing_[link].get(),
                                              standing_[link]->fd(), mode, {}, target.xsk));
        equipped.expect(compared_->paths.only());
        links_.push_back(std::move(equipped));
    }
    return {};
}

// In a window, for all programs: `most`, or as many as the shortest queue on the way holds.
Result<std::uint64_t> VethBlocks::most_frames(std::uint64_t most) const {
    if (compared_->paths.tally[XDP_REDIRECT] == 0) return most;
    for (std::size_t link = 0; link < kArms; ++link) {
        XDPBENCH_TRY(const testbed::RedirectPath redirect_path,
                     testbed::find_redirect_target(*standing_[link], network_.links[link]));
        most = std::min(most, testbed::most_in_flight(redirect_path, most));
    }
    return most;
}

// Loads the programs again, in a randomised order, each for its link in this
// rotation.
Result<void> VethBlocks::rotate(std::size_t rotation) {
    std::array<std::size_t, kArms> order{kBase, kContender, kControl};
    std::shuffle(order.begin(), order.end(), lots_);
    for (const std::size_t arm : order) {
        const std::size_t link = link_of(arm, rotation);
        XDPBENCH_TRY(bpf::Program program, load(arm, link));
        auto fresh = std::make_unique<bpf::Program>(std::move(program));
        XDPBENCH_CHECK(links_[link].start_over(*fresh));
        standing_[link] = std::move(fresh);
    }
    return {};
}

// One window of each program in a randomised order, then the same backwards.
Result<VethBlocks::Quad> VethBlocks::quad(std::size_t rotation) {
    std::array<std::size_t, kArms> order{kBase, kContender, kControl};
    std::shuffle(order.begin(), order.end(), lots_);
    Quad quad;
    for (std::size_t i = 0; i < 2 * kArms; ++i) {
        const std::size_t arm = order[i < kArms ? i : 2 * kArms - 1 - i];
        generator_.rewind();
        XDPBENCH_TRY(testbed::LinkWindow window,
                     testbed::run_window(links_[link_of(arm, rotation)], generator_, network_,
                                         window_frames_));
        quad.ns[arm] += model::ns_each(window.seconds, window.counts.handled()) / 2;
        quad.refused += window.counts.refused();
        quad.counts[arm] = std::move(window.counts);
    }
    return quad;
}

Result<Block> VethBlocks::measure() {
    std::array<std::size_t, kArms> rotations{0, 1, 2};
    std::shuffle(rotations.begin(), rotations.end(), lots_);
    Block block;
    std::array<std::vector<double>, kArms> all;
    std::uint64_t refused = 0;
    for (const std::size_t rotation : rotations) {
        XDPBENCH_CHECK(rotate(rotation));
        XDPBENCH_TRY(const Quad first, quad(rotation));  // does not count
        XDPBENCH_CHECK(require_same_end(*compared_, first.counts[kBase], first.counts[kContender]));
        std::array<std::vector<double>, kArms> ns;
        for (std::size_t i = 0; i < kVethQuads; ++i) {
            XDPBENCH_TRY(const Quad each, quad(rotation));
            for (std::size_t arm = 0; arm < kArms; ++arm) ns[arm].push_back(each.ns[arm]);
            refused += each.refused;
        }
        // The mean over the rotations: each link's own speed is in it once with each sign.
        block.ratio += log_ratio(ns[kBase], ns[kContender], 0) / kArms;
        block.control += log_ratio(ns[kBase], ns[kControl], 0) / kArms;
        for (std::size_t arm = 0; arm < kArms; ++arm)
            all[arm].insert(all[arm].end(), ns[arm].begin(), ns[arm].end());
    }
    block.base_ns = stats::median(all[kBase]).value_or(0);
    block.contender_ns = stats::median(all[kContender]).value_or(0);
    const std::uint64_t sent = kArms * kVethQuads * 2 * kArms * window_frames_;
    block.refused = static_cast<double>(refused) / static_cast<double>(sent);
    return block;
}

void VethBlocks::complete(model::ComparedCase& result) const {
    if (separate_) result.bound = bench::slower_side(result.refused);
}

}  // namespace xdpbench::compare
