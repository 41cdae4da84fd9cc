#include "stats/comparison.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "stats/distribution.h"
#include "stats/multiplicity.h"
#include "stats/signed_rank.h"
#include "stats/summary.h"

namespace xdpbench::stats {
namespace {

Interval as_relative(const Interval& logarithms) {
    return {std::expm1(logarithms.low), std::expm1(logarithms.high), logarithms.coverage};
}

// One look, without regard to the others; `ratios` and `control` are of the same size, not empty.
Comparison look_at(const ComparisonPlan& plan, std::span<const double> ratios,
                   std::span<const double> control) {
    const double alpha = alpha_per_look(plan.alpha, plan.looks.size());
    const double threshold = std::log1p(plan.threshold);
    const double effect = *median(ratios);
    const double p = signed_rank(ratios)->p_two_sided;
    const double control_p = signed_rank(control)->p_two_sided;
    const std::optional<Interval> interval = median_interval(ratios, 1 - alpha);

    const auto looks = static_cast<double>(plan.looks.size());
    Comparison result;
    result.blocks = ratios.size();
    result.effect = std::expm1(effect);
    if (interval) result.interval = as_relative(*interval);
    result.p = std::min(1.0, looks * p);
    result.control_effect = std::expm1(*median(control));
    result.control_p = std::min(1.0, looks * control_p);
    const std::optional<double> visible =
        smallest_visible(ratios, plan.looks.back(), alpha, threshold, plan.power);
    if (visible) result.smallest_visible = std::expm1(*visible);

    if (control_p <= alpha) {
        result.judgement = Judgement::invalid;
    } else if (p <= alpha && std::abs(effect) >= threshold) {
        result.judgement = effect > 0 ? Judgement::slower : Judgement::faster;
    } else if (interval && interval->low > -threshold && interval->high < threshold) {
        result.judgement = Judgement::same;
    }
    return result;
}

}  // namespace

std::string_view name(Judgement judgement) {
    switch (judgement) {
        case Judgement::undecided:
            return "undecided";
        case Judgement::faster:
            return "faster";
        case Judgement::slower:
            return "slower";
        case Judgement::same:
            return "same";
        case Judgement::inconclusive:
            return "inconclusive";
        case Judgement::invalid:
            return "invalid";
    }
    return "?";
}

Comparison compare_blocks(const ComparisonPlan& plan, std::span<const double> ratios,
                          std::span<const double> control) {
    const std::size_t blocks = std::min(ratios.size(), control.size());
    Comparison result;
    if (!all_finite(ratios) || !all_finite(control)) {
        result.judgement = Judgement::invalid;
        return result;
    }
    for (const std::size_t look : plan.looks) {
        if (look == 0 || look > blocks) break;
        result = look_at(plan, ratios.first(look), control.first(look));
        if (result.judgement != Judgement::undecided) return result;
        if (look == plan.looks.back()) result.judgement = Judgement::inconclusive;
    }
    return result;
}

std::optional<double> smallest_visible(std::span<const double> ratios, std::size_t blocks,
                                       double alpha, double threshold, double power) {
    const std::optional<double> spread = median_absolute_deviation(ratios);
    // The least p-value is that of all signs being equal: 2 / 2^blocks.
    const bool can_reject = std::ldexp(2.0, -static_cast<int>(blocks)) <= alpha;
    if (!spread || ratios.size() < 3 || !can_reject) return std::nullopt;
    const double deviation = *spread / normal_quantile(0.75);
    const double error = deviation / std::sqrt(static_cast<double>(blocks));
    const double test_error = error / std::sqrt(3 / std::numbers::pi);
    const double median_error = error * std::sqrt(std::numbers::pi / 2);
    const double critical = student_quantile(1 - alpha / 2, static_cast<double>(blocks - 1));
    const double rejected = (critical + normal_quantile(power)) * test_error;
    const double beyond_threshold = threshold + normal_quantile(power) * median_error;
    return std::max(rejected, beyond_threshold);
}

}  // namespace xdpbench::stats
