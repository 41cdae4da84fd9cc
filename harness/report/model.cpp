#include "report/model.h"

#include "stats/summary.h"

namespace xdpbench {

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
