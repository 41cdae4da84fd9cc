#include "report/model.h"

#include "stats/summary.h"

namespace xdpbench {
namespace {

// Of the middle window. Windows without a clock have none.
double in_cycles(const std::vector<double>& window_ns, const std::vector<double>& cycle_ns) {
    std::vector<double> cycles;
    for (std::size_t i = 0; i < window_ns.size() && i < cycle_ns.size(); ++i)
        cycles.push_back(window_ns[i] / cycle_ns[i]);
    return median(cycles).value_or(0);
}

}  // namespace

double ns_each(double seconds, std::uint64_t packets) {
    return packets == 0 ? 0.0 : seconds * 1e9 / static_cast<double>(packets);
}

const char* outcome_name(Outcome outcome) {
    switch (outcome) {
        case Outcome::passed:
            return "passed";
        case Outcome::failed:
            return "failed";
        case Outcome::skipped:
            return "skipped";
        case Outcome::invalid:
            return "invalid";
    }
    return "unknown";
}

double BenchRound::ns_per_packet() const { return median(window_ns).value_or(0); }

double BenchRound::floor_ns() const { return median(floor_window_ns).value_or(0); }

double BenchRound::cycles_per_packet() const { return in_cycles(window_ns, cycle_ns); }

double BenchRound::floor_cycles() const { return in_cycles(floor_window_ns, cycle_ns); }

double BenchRound::gigahertz() const {
    const double cycle = median(cycle_ns).value_or(0);
    return cycle > 0 ? 1 / cycle : 0;
}

double BenchRound::rate(std::uint64_t frames) const {
    return seconds <= 0 ? 0.0 : static_cast<double>(frames) / seconds;
}

double efficiency(const ScalingStep& step) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < step.together.size() && i < step.apart.size(); ++i)
        ratios.push_back(step.together[i] / step.apart[i]);
    return median(ratios).value_or(0);
}

double speedup(const ScalingRecord& scaling, const ScalingStep& step) {
    const double one =
        scaling.steps.empty() ? 0 : median(scaling.steps.front().together).value_or(0);
    return one > 0 ? median(step.together).value_or(0) / one : 0;
}

}  // namespace xdpbench
