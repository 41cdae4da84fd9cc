#include "compare/port_blocks.h"

#include <linux/bpf.h>

#include <algorithm>
#include <chrono>

#include "base/clock.h"
#include "bench/port_generator.h"
#include "stats/summary.h"
#include "traffic/frame_map.h"
#include "traffic/generator_maximum.h"

namespace xdpbench::compare {
namespace {

constexpr std::size_t kPortQuads = 2;  // in each block
// Where frames are lost, each window ends 100 ms after the last one that arrived: longer windows
// than those of a veth make that worth it.
constexpr double kWindowSeconds = 0.02;

}  // namespace

model::Bound bound_over_port(double base_ns, double lost, double generator_maximum) {
    if (lost > bench::kLossThatTells) return model::Bound::program;
    const double rate = base_ns > 0 ? 1e9 / base_ns : 0;
    return rate >= traffic::kGeneratorsShare * generator_maximum ? model::Bound::generator
                                                                 : model::Bound::path;
}

PortBlocks::PortBlocks(const Compared& compared, model::Mode mode, std::uint64_t seed,
                       std::unique_ptr<testbed::PortLink> ports, traffic::FrameSender sender)
    : compared_(&compared),
      mode_(mode),
      lots_(seed),
      ports_(std::move(ports)),
      sender_(std::move(sender)) {}

Result<std::unique_ptr<BlockSource>> PortBlocks::create(const Compared& compared, model::Mode mode,
                                                        const net::Ports& ends,
                                                        std::uint64_t seed) {
    XDPBENCH_CHECK(bench::require_steady(compared.paths));
    XDPBENCH_TRY(traffic::FrameSender sender,
                 traffic::FrameSender::create(compared.frames, ends.remote));
    XDPBENCH_TRY(std::unique_ptr<testbed::PortLink> ports,
                 testbed::PortLink::create(
                     *compared.base, ends, mode, traffic::longest_of(compared.frames),
                     compared.paths.action, testbed::BaselineWish::if_there_is_one, {}));
    XDPBENCH_CHECK(ports->park(sender));
    std::unique_ptr<PortBlocks> blocks(
        new PortBlocks(compared, mode, seed, std::move(ports), std::move(sender)));
    XDPBENCH_TRY(blocks->generator_maximum_,
                 bench::measure_generator_maximum(*blocks->ports_, blocks->sender_));
    XDPBENCH_CHECK(blocks->find_window(ends.remote != nullptr));
    return std::unique_ptr<BlockSource>(std::move(blocks));
}

// As many frames as take the base as long as a window is to take.
Result<void> PortBlocks::find_window(bool remote) {
    const std::uint64_t most =
        testbed::most_in_flight(ports_->redirect_path(), bench::kMostPortFrames);
    const std::uint64_t fewest = std::min(bench::kFewestPortFrames, most);
    XDPBENCH_CHECK(load_anew());
    testbed::LinkCounts counts;
    XDPBENCH_TRY(const double ns, window(kBase, fewest, counts));
    const double seconds = remote ? bench::kRemoteWindowSeconds : kWindowSeconds;
    window_frames_ =
        std::clamp(static_cast<std::uint64_t>(seconds * 1e9 / std::max(ns, 1.0)), fewest, most);
    return {};
}

Result<bpf::Program> PortBlocks::load(std::size_t arm) const {
    const target::Target& target = arm == kContender ? *compared_->contender : *compared_->base;
    XDPBENCH_TRY(bpf::Program program, testbed::load_for_mode(target, ports_->network(), mode_));
    // Test runs of a program in a device are not possible.
    if (mode_ != model::Mode::offload)
        XDPBENCH_CHECK(bench::bring_to_state(program, compared_->frames, compared_->paths));
    return program;
}

// All programs, in a randomised order. Those of the block before live until none of them is
// attached.
Result<void> PortBlocks::load_anew() {
    std::array<std::size_t, kArms> order{kBase, kContender, kControl};
    std::shuffle(order.begin(), order.end(), lots_);
    std::array<std::unique_ptr<bpf::Program>, kArms> loaded;
    for (const std::size_t arm : order) {
        XDPBENCH_TRY(bpf::Program program, load(arm));
        loaded[arm] = std::make_unique<bpf::Program>(std::move(program));
    }
    XDPBENCH_CHECK(ports_->start_over(*loaded[order[0]]));
    programs_ = std::move(loaded);
    return {};
}

// ns for each packet that the program handled.
Result<double> PortBlocks::window(std::size_t arm, std::uint64_t frames,
                                  testbed::LinkCounts& counts) {
    XDPBENCH_CHECK(ports_->begin(*programs_[arm]));
    const Clock::time_point start = Clock::now();
    XDPBENCH_CHECK(sender_.send(ports_->network(), ports_->link().tester(), frames));
    XDPBENCH_TRY(testbed::PortLink::Finished finished, ports_->finish(frames));
    counts = std::move(finished.counts);
    return model::ns_each(std::chrono::duration<double>(ports_->last_of(finished) - start).count(),
                          counts.handled());
}

Result<PortBlocks::Quad> PortBlocks::quad() {
    std::array<std::size_t, kArms> order{kBase, kContender, kControl};
    std::shuffle(order.begin(), order.end(), lots_);
    Quad quad;
    for (std::size_t i = 0; i < 2 * kArms; ++i) {
        const std::size_t arm = order[i < kArms ? i : 2 * kArms - 1 - i];
        XDPBENCH_TRY(const double ns, window(arm, window_frames_, quad.counts[arm]));
        quad.ns[arm] += ns / 2;
        quad.lost += testbed::frames_lost(quad.counts[arm].losses);
    }
    return quad;
}

Result<Block> PortBlocks::measure() {
    XDPBENCH_CHECK(load_anew());
    XDPBENCH_TRY(const Quad first, quad());  // does not count
    XDPBENCH_CHECK(require_same_end(*compared_, first.counts[kBase], first.counts[kContender]));
    std::array<std::vector<double>, kArms> ns;
    std::uint64_t lost = 0;
    for (std::size_t i = 0; i < kPortQuads; ++i) {
        XDPBENCH_TRY(const Quad each, quad());
        for (std::size_t arm = 0; arm < kArms; ++arm) ns[arm].push_back(each.ns[arm]);
        lost += each.lost;
    }
    Block block;
    block.ratio = log_ratio(ns[kBase], ns[kContender], 0);
    block.control = log_ratio(ns[kBase], ns[kControl], 0);
    block.base_ns = stats::median(ns[kBase]).value_or(0);
    block.contender_ns = stats::median(ns[kContender]).value_or(0);
    block.refused =
        static_cast<double>(lost) / static_cast<double>(kPortQuads * 2 * kArms * window_frames_);
    return block;
}

void PortBlocks::complete(model::ComparedCase& result) const {
    result.setup.generator_maximum = generator_maximum_;
    result.bound = bound_over_port(result.base_ns, result.refused, generator_maximum_);
}

}  // namespace xdpbench::compare
