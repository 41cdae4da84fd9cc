#include "model/scaling.h"

#include "stats/summary.h"

namespace xdpbench::model {

double efficiency(const ScalingStep& step) {
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
