#include "stats/control_variate.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "stats/summary.h"

namespace xdpbench::stats {
namespace {

struct Weighted {
    double value = 0;
    double weight = 0;
};

double weighted_median(std::vector<Weighted> all) {
    std::sort(all.begin(), all.end(),
              [](const Weighted& a, const Weighted& b) { return a.value < b.value; });
    double left = 0;
    for (const Weighted& one : all) left += one.weight / 2;
    for (const Weighted& one : all) {
        left -= one.weight;
        if (left <= 0) return one.value;
    }
    return 0;
}

// Of figures that all have a control.
double share_of(std::span<const double> figures, std::span<const double> controls) {
    std::vector<Weighted> ratios;
    for (std::size_t i = 1; i < figures.size(); ++i) {
        const double change = controls[i] - controls[i - 1];
        if (change != 0)
            ratios.push_back({(figures[i] - figures[i - 1]) / change, std::abs(change)});
    }
    return std::clamp(weighted_median(std::move(ratios)), 0.0,
                      *median(figures) / *median(controls));
}

}  // namespace

std::vector<double> without_control(std::span<const double> figures,
                                    std::span<const double> controls) {
    std::vector<double> result(figures.begin(), figures.end());
    std::vector<double> controlled;
    std::vector<double> known;
    for (std::size_t i = 0; i < figures.size(); ++i) {
        if (controls[i] <= 0) continue;
        controlled.push_back(figures[i]);
        known.push_back(controls[i]);
    }
    if (known.size() < kFewestControls || !all_finite(figures) || !all_finite(known)) return result;
    const double share = share_of(controlled, known);
    const double usual = *median(known);
    for (std::size_t i = 0; i < figures.size(); ++i) {
        if (controls[i] > 0) result[i] -= share * (controls[i] - usual);
    }
    return result;
}

}  // namespace xdpbench::stats
