#include "bench/budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/interrupt.h"

namespace xdpbench::bench {

Result<traffic::PinnedThread> pin_generator(const BenchCase& what) {
    return traffic::PinnedThread::pin(what.mode ? what.cpus.generator : what.cpus.program);
}

// A bench for some of its time; `most` is all it may get.
Result<void> Budget::measure_for(double seconds, double most, PreparedBench& bench,
                                 std::map<int, KnownCore>& cores) {
    constexpr double kWarmUp = 0.05;  // of the time
    if (interrupted()) return interrupted_error();
    const Result<traffic::PinnedThread> pinned = pin_generator(bench.what);
    if (!pinned) return pinned.error();
    const Clock::time_point start = Clock::now();
    if (!std::exchange(bench.warmed_up, true)) {
        progress_(fmt::format("bench {}: warming up", bench.name));
        bench.rig->expect_core(cores);
        XDPBENCH_CHECK(bench.rig->warm_up(seconds * kWarmUp));
        bench.rig->aim_at({goal_.precision, most});
    }
    const auto known = [&](const model::BenchPrecision& precision) {
        progress_(fmt::format("bench {}: {:.1f} ns/packet ± {:.2f} %", bench.name,
                              precision.ns_per_packet.figure, 100 * precision.reached()));
    };
    XDPBENCH_CHECK(bench.rig->measure(seconds - seconds_since(start), known));
    bench.rig->tell_core(cores);
    return {};
}

void Budget::measure(const std::vector<PreparedBench*>& benches, std::size_t prepared, int rounds,
                     std::map<int, KnownCore>& cores) {
    constexpr double kReserve = 0.3;     // seconds for what follows the last window
    constexpr double kShortest = 1;      // seconds at first: less says little
    constexpr double kWorthwhile = 0.2;  // seconds for measuring on
    const double now = seconds_since(run_start_);
    const double share =
        static_cast<double>(prepared) / static_cast<double>(std::max(prepared, benches_left_));
    benches_left_ -= std::min(prepared, benches_left_);
    const double end = now + share * (goal_.seconds - kReserve - now);
    const auto left = [&] { return end - seconds_since(run_start_); };

    std::vector<PreparedBench*> open;
    std::copy_if(benches.begin(), benches.end(), std::back_inserter(open),
                 [](const PreparedBench* bench) { return !bench->error; });
    double least = kShortest;
    while (!open.empty() && (least > 0 || left() >= kWorthwhile)) {
        std::size_t sharing = open.size();
        for (PreparedBench* bench : open) {
            const double seconds = std::max(least, left() / static_cast<double>(sharing--));
            const Result<void> measured =
                measure_for(seconds, std::max(seconds, left()), *bench, cores);
            if (!measured) bench->error = measured.error();
        }
        std::erase_if(
            open, [](const PreparedBench* bench) { return bench->error || bench->rig->done(); });
        least = 0;
    }
    for (const PreparedBench* bench : benches) {
        if (bench->warmed_up) bench->rig->divide(rounds);
    }
}

}  // namespace xdpbench::bench
