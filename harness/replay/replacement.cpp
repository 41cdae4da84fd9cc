#include "replay/replacement.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "bpf/counters.h"
#include "replay/judge.h"
#include "target/network_setup.h"
#include "testbed/instrumented_link.h"
#include "testbed/settled.h"
#include "traffic/frame_map.h"
#include "traffic/generator.h"
#include "traffic/pinned.h"

namespace xdpbench::replay {
namespace {

// How long a program may wait for its first frame before the traffic counts as broken off.
constexpr auto kTurnPatience = std::chrono::seconds(2);
// A turn of a program that does not count: nothing tells when it has seen a frame.
constexpr auto kBlindTurn = std::chrono::milliseconds(1);

// The generator at work in a thread of its own until it is stopped.
class Traffic {
  public:
    Traffic(traffic::Generator& generator, const net::Network& network, unsigned ifindex,
            std::uint64_t frames)
        : thread_([this, &generator, &network, ifindex, frames] {
              ended_ = run(generator, network, ifindex, frames);
              running_ = false;
          }) {}
    Traffic(const Traffic&) = delete;
    Traffic& operator=(const Traffic&) = delete;
    Traffic(Traffic&&) = delete;
    Traffic& operator=(Traffic&&) = delete;
    ~Traffic() { static_cast<void>(stop()); }

    [[nodiscard]] bool running() const { return running_; }

    // Frames sent in all.
    Result<std::uint64_t> stop() {
        stop_ = true;
        if (thread_.joinable()) thread_.join();
        if (!ended_) return ended_.error();
        return sent_;
    }

  private:
    Result<void> run(traffic::Generator& generator, const net::Network& network, unsigned ifindex,
                     std::uint64_t frames) {
        XDPBENCH_TRY(const traffic::PinnedThread pinned,
                     traffic::PinnedThread::pin(traffic::measuring_cpu()));
        while (!stop_) {
            XDPBENCH_CHECK(generator.send(network.tester, ifindex, frames));
            sent_ += frames;
        }
        return {};
    }

    std::atomic<bool> stop_ = false;
    std::atomic<bool> running_ = true;
    std::uint64_t sent_ = 0;
    Result<void> ended_;  // how the thread came to its end
    std::thread thread_;  // the last member: it uses the others
};

// Frames that a program handled by its own counters; nothing if it has none, or if others have
// loaded it: then it also counts frames elsewhere.
Result<std::optional<std::uint64_t>> handled_by(const bpf::Program& program) {
    if (program.is_shared()) return std::optional<std::uint64_t>();
    XDPBENCH_TRY(const auto counters, bpf::read_counters(program));
    if (!counters) return std::optional<std::uint64_t>();
    std::uint64_t sum = 0;
    for (const xdp_counter& counter : bpf::sum_cpus(*counters)) sum += counter.packets;
    return std::optional(sum);
}

// Until the program, now attached, has handled a frame.
Result<void> take_turn(const bpf::Program& program, Traffic& traffic) {
    XDPBENCH_TRY(const auto before, handled_by(program));
    if (!before) {
        std::this_thread::sleep_for(kBlindTurn);
        return {};
    }
    const Clock::time_point start = Clock::now();
    for (;;) {
        XDPBENCH_TRY(const auto now, handled_by(program));
        if (*now > *before) return {};
        if (interrupted()) return interrupted_error();
        if (!traffic.running()) XDPBENCH_CHECK(traffic.stop());
        if (!traffic.running() || Clock::now() - start > kTurnPatience) {
            return Error{ErrorKind::invalid,
                         fmt::format("{} was put in place, but handled no frame within {} s",
                                     program.function(), kTurnPatience.count()),
                         "the traffic broke off",
                         {}};
        }
        std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
}

}  // namespace

check::Verdict judge_replacement(const testbed::LinkCounts& counts, std::uint64_t sent,
                                 std::uint64_t times) {
    const auto verdict = [&](model::Outcome outcome, const std::string& text) {
        return check::Verdict{
            outcome, fmt::format("replaced {} times under traffic: {}", thousands(times), text)};
    };
    const std::string missing = testbed::unaccounted(counts, sent);
    if (!missing.empty()) return verdict(model::Outcome::invalid, missing);
    if (counts.no_action > 0)
        return verdict(model::Outcome::failed, no_action_text(counts.no_action));
    return {};
}

Result<ReplacementOutcome> replace_under_traffic(const target::Target& target, model::Mode mode) {
    const std::uint64_t times = target.scenario.replay->replace->times;
    XDPBENCH_TRY(const target::Target other, target::replacement_of(target));
    XDPBENCH_TRY(const packet::Frames frames,
                 target::load_frames(target::replay_traffic(target), target.scenario));
    XDPBENCH_TRY(traffic::Generator generator, traffic::Generator::create(frames));
    XDPBENCH_TRY(const net::Network network,
                 target::make_network(target, 1, traffic::longest_of(frames)));
    // Else each burst waits for RCU, and every turn for a burst.
    XDPBENCH_CHECK(generator.park(network.tester, network.parking));
    XDPBENCH_TRY(const bpf::Program first, target::load_program(target, network));
    XDPBENCH_TRY(const bpf::Program second, target::load_program(other, network));
    XDPBENCH_TRY(
        testbed::InstrumentedLink link,
        testbed::InstrumentedLink::create(network, 0, &first, first.fd(), mode, {}, target.xsk));
    XDPBENCH_CHECK(link.watch_tracepoints(true));
    XDPBENCH_TRY(const testbed::LinkCounts before, link.read());

    Traffic traffic(generator, network, link.tester().index, frames.size());
    XDPBENCH_CHECK(take_turn(first, traffic));
    for (std::uint64_t turn = 0; turn < times; ++turn) {
        const bpf::Program& next = turn % 2 == 0 ? second : first;
        XDPBENCH_CHECK(link.replace(next));
        XDPBENCH_CHECK(take_turn(next, traffic));
    }
    XDPBENCH_TRY(const std::uint64_t sent, traffic.stop());
    XDPBENCH_TRY(const testbed::LinkCounts counts, testbed::settled(link, before, sent));

    ReplacementOutcome outcome;
    outcome.record.times = times;
    outcome.record.sent = sent;
    outcome.record.losses = counts.losses;
    XDPBENCH_TRY(outcome.record.by_first, handled_by(first));
    XDPBENCH_TRY(outcome.record.by_second, handled_by(second));
    outcome.verdict = judge_replacement(counts, sent, times);
    outcome.record.accounted_for = outcome.verdict.outcome != model::Outcome::invalid;
    return outcome;
}

}  // namespace xdpbench::replay
