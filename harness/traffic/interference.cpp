#include "traffic/interference.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "base/clock.h"
#include "stats/summary.h"
#include "traffic/pinned.h"

namespace xdpbench::traffic {
namespace {

// Independent chains, so that the core's arithmetic units are the limit: those are what two threads
// of one core share.
std::uint64_t work(std::uint64_t turns) {
    std::array<std::uint64_t, 8> chains{1, 2, 3, 4, 5, 6, 7, 8};
    for (std::uint64_t i = 0; i < turns; ++i) {
        for (std::uint64_t& chain : chains) chain = chain * 0x9e3779b97f4a7c15 + i;
    }
    std::uint64_t sum = 0;
    for (const std::uint64_t chain : chains) sum ^= chain;
    return sum;
}

// Somewhere for results to go, so that no compiler leaves the work out.
std::atomic<std::uint64_t> work_done;

double timed_work(std::uint64_t turns) {
    const double start = thread_cpu_seconds();
    work_done += work(turns);
    return thread_cpu_seconds() - start;
}

constexpr std::uint64_t kSlice = 2000;  // turns: a few microseconds

// Keeps a CPU busy as long as it lives.
class BusyCpu {
  public:
    static Result<std::unique_ptr<BusyCpu>> start(int cpu) {
        std::unique_ptr<BusyCpu> busy(new BusyCpu);
        busy->thread_ = std::jthread([cpu, &state = busy->state_](const std::stop_token& stop) {
            const Result<PinnedThread> pinned = PinnedThread::pin(cpu);
            state = pinned ? State::busy : State::failed;
            state.notify_one();
            while (pinned && !stop.stop_requested()) work_done += work(kSlice);
        });
        busy->state_.wait(State::starting);
        if (busy->state_ == State::failed)
            return Error{ErrorKind::system, "cannot keep another CPU busy", {}, {}};
        return busy;
    }

  private:
    enum class State { starting, busy, failed };
    BusyCpu() = default;
    std::atomic<State> state_ = State::starting;
    std::jthread thread_;
};

constexpr int kInterferenceTurns = 20;
constexpr std::size_t kSlices =
    5;  // of each half of a turn; what is disturbed is not the middle one

double middle_slice(std::uint64_t turns) {
    std::array<double, kSlices> slices{};
    for (double& slice : slices) slice = timed_work(turns);
    return stats::median(slices).value_or(0);
}

Result<Interference> measure_pair(int cpu, int other, double seconds) {
    std::uint64_t turns = kSlice;
    const double once = timed_work(turns);
    const double wanted = seconds / (2.0 * kInterferenceTurns * double{kSlices});
    if (once > 0)
        turns = std::max<std::uint64_t>(
            kSlice, static_cast<std::uint64_t>(static_cast<double>(turns) * wanted / once));
    std::vector<double> ratios;
    for (int turn = 0; turn < kInterferenceTurns; ++turn) {
        const double alone = middle_slice(turns);
        XDPBENCH_TRY(const auto busy, BusyCpu::start(other));
        ratios.push_back(middle_slice(turns) / alone);
    }
    return Interference{cpu, other, stats::median(ratios).value_or(0),
                        stats::quantile(ratios, 0.25).value_or(0),
                        stats::quantile(ratios, 0.75).value_or(0)};
}

}  // namespace

std::string Interference::text() const {
    return fmt::format("{:.2f} x as long while CPU {} is busy (half of {} turns: {:.2f} to {:.2f})",
                       ratio, other, kInterferenceTurns, lower_quartile, upper_quartile);
}

Result<std::vector<Interference>> measure_interference(const std::vector<int>& cpus,
                                                       double seconds) {
    constexpr std::size_t kMostOthers = 8;
    std::vector<Interference> result;
    if (cpus.size() < 2) return result;
    const int cpu = cpus.back();
    XDPBENCH_TRY(const PinnedThread pinned, PinnedThread::pin(cpu));
    const std::size_t others = std::min(kMostOthers, cpus.size() - 1);
    for (std::size_t i = 0; i < others; ++i) {
        const int other = cpus[cpus.size() - 2 - i];
        XDPBENCH_TRY(const Interference pair,
                     measure_pair(cpu, other, seconds / static_cast<double>(others)));
        result.push_back(pair);
    }
    return result;
}

}  // namespace xdpbench::traffic
