#include "compare/blocks.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "stats/summary.h"
#include "target/network_setup.h"

namespace xdpbench::compare {
namespace {

constexpr std::size_t kQuads = 10;
// Long enough that the system call around it is little, short enough for many quads in a block.
constexpr double kLoopBlockWindowSeconds = 0.00015;
constexpr std::uint32_t kFewestRuns = 500;
constexpr std::uint32_t kMostRuns = 100'000;
// A program that does not clearly take more than this is judged with the baseline in the figure: a
// share of nearly nothing would be all noise.
constexpr double kShortestProgram = 5.0;  // ns/packet

constexpr std::size_t kBaseline = 3;

}  // namespace

double log_ratio(const std::vector<double>& a, const std::vector<double>& b, double taken_off) {
    std::vector<double> differences;
    for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(b[i] - a[i]);
    const double sum = stats::median(a).value_or(0) + stats::median(b).value_or(0) - 2 * taken_off;
    constexpr double kMost = 0.9999;
    const double difference = stats::median(differences).value_or(0);
    if (sum <= 0) return std::copysign(2 * std::atanh(kMost), difference);
    return 2 * std::atanh(std::clamp(difference / sum, -kMost, kMost));
}

double least_own_time(const std::vector<double>& program, const std::vector<double>& baseline) {
    constexpr double kQuarter = 0.25;
    std::vector<double> own;
    for (std::size_t i = 0; i < program.size(); ++i) own.push_back(program[i] - baseline[i]);
    return stats::quantile(own, kQuarter).value_or(0);
}

// What stands in the loop's slots during one block.
struct LoopBlocks::Arms {
    std::array<std::optional<bpf::Program>, 3> programs;
    std::array<unsigned, kArms> slots{};
    std::vector<bench::PathWatch> watches;
};

LoopBlocks::LoopBlocks(const Compared& compared, std::uint64_t seed, net::Network network,
                       testbed::EmptyProgram empty, traffic::RefreshLoop loop)
    : compared_(&compared),
      lots_(seed),
      network_(std::move(network)),
      empty_(std::move(empty)),
      loop_(std::move(loop)) {}

Result<std::unique_ptr<BlockSource>> LoopBlocks::create(const Compared& compared,
                                                        std::uint64_t seed) {
    XDPBENCH_TRY(net::Network network, target::make_network(*compared.base, 1, 0));
    XDPBENCH_TRY(const bpf::Program base, target::load_for_test_runs(*compared.base, network));
    XDPBENCH_TRY(testbed::EmptyProgram empty,
                 testbed::EmptyProgram::load(compared.paths.action, base, network, 0, 0));
    XDPBENCH_TRY(traffic::RefreshLoop loop,
                 traffic::RefreshLoop::create(compared.frames, base.has_frags()));
    XDPBENCH_CHECK(loop.park(network.tester, network.parking));
    std::unique_ptr<LoopBlocks> blocks(
        new LoopBlocks(compared, seed, std::move(network), std::move(empty), std::move(loop)));
    XDPBENCH_TRY(blocks->sockets_,
                 xsk::idle_sockets_for(base, blocks->network_.dut, blocks->network_.links[0].dut));
    if (blocks->sockets_) XDPBENCH_CHECK(blocks->sockets_->put_into(blocks->empty_.program()));
    blocks->window_runs_ = kFewestRuns;
    XDPBENCH_TRY(const Block first, blocks->measure());
    blocks->window_runs_ = std::clamp(
        static_cast<std::uint32_t>(kLoopBlockWindowSeconds * 1e9 / std::max(first.base_ns, 1.0)),
        kFewestRuns, kMostRuns);
    XDPBENCH_TRY(const Block second, blocks->measure());
    const double program_ns = second.base_ns - second.baseline_ns;
    blocks->of_program_ = second.own_ns >= kShortestProgram;
    blocks->resolution_ = model::kAloneResolution /
                          (blocks->of_program_ ? program_ns : std::max(second.base_ns, 1.0));
    return std::unique_ptr<BlockSource>(std::move(blocks));
}

Result<void> LoopBlocks::load(Arms& arms) {
    std::array<std::size_t, 3> order{kBase, kContender, kControl};
    std::shuffle(order.begin(), order.end(), lots_);
    std::iota(arms.slots.begin(), arms.slots.end(), 0U);
    std::shuffle(arms.slots.begin(), arms.slots.end(), lots_);
    for (const std::size_t arm : order) {
        const target::Target& target = arm == kContender ? *compared_->contender : *compared_->base;
        XDPBENCH_TRY(bpf::Program program, target::load_for_test_runs(target, network_));
        if (sockets_) XDPBENCH_CHECK(sockets_->put_into(program));
        XDPBENCH_CHECK(loop_.place(arms.slots[arm], program.fd()));
        XDPBENCH_CHECK(bench::bring_to_state(program, compared_->frames, compared_->paths));
        arms.programs[arm].emplace(std::move(program));
    }
    arms.watches.assign(3, bench::PathWatch(compared_->paths));
    for (std::size_t arm = 0; arm < arms.watches.size(); ++arm)
        XDPBENCH_CHECK(arms.watches[arm].start(*arms.programs[arm]));
    return loop_.place(arms.slots[kBaseline], empty_.fd());
}

// One window of each arm in a randomised order, then the same backwards: what drifts evenly
// cancels out. All get the same frames. Returns each arm's ns/packet.
Result<std::array<double, LoopBlocks::kArms>> LoopBlocks::quad(Arms& arms,
                                                               std::uint32_t first_frame) {
    std::array<std::size_t, kArms> order{kBase, kContender, kControl, kBaseline};
    std::shuffle(order.begin(), order.end(), lots_);
    std::array<double, kArms> ns{};
    for (std::size_t i = 0; i < 2 * kArms; ++i) {
        const std::size_t arm = order[i < kArms ? i : 2 * kArms - 1 - i];
        loop_.seek(first_frame);
        XDPBENCH_TRY(const traffic::TimedRuns timed,
                     loop_.run(network_.tester, arms.slots[arm], window_runs_));
        if (arm != kBaseline) XDPBENCH_CHECK(arms.watches[arm].note(timed));
        ns[arm] += timed.ns_per_packet() / 2;
    }
    return ns;
}

Result<Block> LoopBlocks::measure() {
    Arms arms;
    XDPBENCH_CHECK(load(arms));
    XDPBENCH_CHECK(quad(arms, 0));  // caches and branch predictors: does not count
    std::array<std::vector<double>, kArms> ns;
    for (std::size_t i = 0; i < kQuads; ++i) {
        const auto first = static_cast<std::uint32_t>(i * window_runs_ % compared_->frames.size());
        XDPBENCH_TRY(const auto each, quad(arms, first));
        for (std::size_t arm = 0; arm < kArms; ++arm) ns[arm].push_back(each[arm]);
    }
    for (std::size_t arm = 0; arm < arms.programs.size(); ++arm)
        XDPBENCH_CHECK(arms.watches[arm].verify(*arms.programs[arm]));

    Block block;
    block.base_ns = stats::median(ns[kBase]).value_or(0);
    block.contender_ns = stats::median(ns[kContender]).value_or(0);
    block.baseline_ns = stats::median(ns[kBaseline]).value_or(0);
    block.own_ns = least_own_time(ns[kBase], ns[kBaseline]);
    const double taken_off = of_program_ ? block.baseline_ns : 0;
    block.ratio = log_ratio(ns[kBase], ns[kContender], taken_off);
    block.control = log_ratio(ns[kBase], ns[kControl], taken_off);
    return block;
}

Result<void> require_same_end(const Compared& compared, const testbed::LinkCounts& base,
                              const testbed::LinkCounts& contender) {
    const model::End base_end = testbed::redirect_end(base);
    const model::End contender_end = testbed::redirect_end(contender);
    if (compared.paths.tally[XDP_REDIRECT] == 0 || base_end == contender_end) return {};
    return Error{
        ErrorKind::invalid,
        fmt::format("redirected frames of {} {}, those of {} {}",
                    target::program_text(*compared.base), testbed::end_text(base_end),
                    target::program_text(*compared.contender), testbed::end_text(contender_end)),
        "the two programs do different things: their times mean nothing side by side",
        "give both the same targets"};
}

}  // namespace xdpbench::compare
