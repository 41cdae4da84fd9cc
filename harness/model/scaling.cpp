#include "model/scaling.h"

#include "stats/summary.h"

namespace xdpbench::model {

namespace {

// Of what is varied: queues, or CPUs where the queues stay.
double times_as_many(const ScalingStep& first, const ScalingStep& step) {
    const bool queues = step.queues != first.queues;
    const auto now = static_cast<double>(queues ? step.queues : step.cpus.size());
    const auto before = static_cast<double>(queues ? first.queues : first.cpus.size());
    return before > 0 ? now / before : 0;
}

}  // namespace

double efficiency(const ScalingRecord& scaling, const ScalingStep& step) {
    if (is_over_ports(scaling)) {
        const double times = times_as_many(scaling.steps.front(), step);
        return times > 0 ? speedup(scaling, step) / times : 0;
    }
    std::vector<double> ratios;
    for (std::size_t i = 0; i < step.together.size() && i < step.apart.size(); ++i)
        ratios.push_back(step.together[i] / step.apart[i]);
    return stats::median(ratios).value_or(0);
}

double speedup(const ScalingRecord& scaling, const ScalingStep& step) {
    const double one =
        scaling.steps.empty() ? 0 : stats::median(scaling.steps.front().together).value_or(0);
    return one > 0 ? stats::median(step.together).value_or(0) / one : 0;
}

double apart_speedup(const ScalingRecord& scaling, const ScalingStep& step) {
    const double one =
        scaling.steps.empty() ? 0 : stats::median(scaling.steps.front().apart).value_or(0);
    return one > 0 ? stats::median(step.apart).value_or(0) / one : 0;
}

}  // namespace xdpbench::model
