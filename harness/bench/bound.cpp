#include "bench/bound.h"

#include <fmt/format.h>

#include <algorithm>

#include "stats/summary.h"

namespace xdpbench::bench {

void find_bound_by_time(model::BenchRecord& record) {
    const auto each =
        model::measure_rounds(record, [](const model::BenchRound& r) { return r.ns_per_packet(); });
    const auto baselines =
        model::measure_rounds(record, [](const model::BenchRound& r) { return r.baseline_ns(); });
    const double share = 1 - stats::median(baselines).value_or(0) / stats::median(each).value_or(1);
    record.bound = share > 0.5 ? model::Bound::program : model::Bound::generator;
    record.evidence = fmt::format(
        "{:.1f} % of the time per packet is the program, the rest is generator and path (the "
        "baseline)",
        std::max(0.0, share) * 100);
}

bool find_bound_by_stack(model::BenchRecord& record, double done_seconds) {
    constexpr double kDoneEarly = 0.9;
    const double share = done_seconds / record.seconds;
    if (record.passed_cpus.empty() || record.setup.action != model::Action::redirect ||
        share >= kDoneEarly)
        return false;
    record.bound = model::Bound::stack;
    record.evidence = fmt::format(
        "generator and program were done after {:.1f} % of the time, then the CPU that the frames "
        "were redirected to was still at work",
        share * 100);
    return true;
}

}  // namespace xdpbench::bench
