#include "stats/precision.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "stats/distribution.h"
#include "stats/multiplicity.h"
#include "stats/summary.h"

namespace xdpbench::stats {
namespace {

// Of each block of neighbours, the share of windows below `figure`.
std::vector<double> shares_below(std::span<const double> windows, double figure,
                                 std::size_t blocks) {
    std::vector<double> shares;
    for (std::size_t i = 0; i < blocks; ++i) {
        const std::size_t begin = i * windows.size() / blocks;
        const std::size_t end = (i + 1) * windows.size() / blocks;
        double below = 0;
        for (const double window : windows.subspan(begin, end - begin))
            below += window < figure ? 1 : (window == figure ? 0.5 : 0);
        shares.push_back(below / static_cast<double>(end - begin));
    }
    return shares;
}

// How much larger the variance of the mean is because neighbours are alike, if they follow each
// other as an AR(1) process. 1 / n: the autocorrelation of few values is too low by about as much.
double inflation(double with_next, double with_itself, std::size_t blocks) {
    constexpr double kMost = 0.8;  // few blocks do not show more
    if (with_itself <= 0) return 1;
    const double alike =
        std::clamp(with_next / with_itself + 1 / static_cast<double>(blocks), 0.0, kMost);
    return (1 + alike) / (1 - alike);
}

// Of the mean of the blocks, never less than that of as many independent windows.
double variance_of_mean(const std::vector<double>& shares, double q, std::size_t windows) {
    const auto n = static_cast<double>(shares.size());
    const double mean = std::accumulate(shares.begin(), shares.end(), 0.0) / n;
    double with_itself = 0;
    double with_next = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        with_itself += (shares[i] - mean) * (shares[i] - mean);
        if (i > 0) with_next += (shares[i] - mean) * (shares[i - 1] - mean);
    }
    const double seen = with_itself / (n - 1) / n;
    const double independent = q * (1 - q) / static_cast<double>(windows);
    return std::max(seen, independent) * inflation(with_next, with_itself, shares.size());
}

}  // namespace

std::vector<std::size_t> plan_looks(std::size_t first, std::size_t last) {
    std::vector<std::size_t> looks;
    for (std::size_t look = std::max<std::size_t>(1, first); look < last; look += (look + 1) / 2)
        looks.push_back(look);
    looks.push_back(last);
    return looks;
}

double Estimate::error() const { return std::max(interval.high - figure, figure - interval.low); }

bool Estimate::within(double precision) const { return error() <= precision * std::abs(figure); }

std::optional<Estimate> estimate_quantile(std::span<const double> windows, double q,
                                          const PrecisionPlan& plan) {
    if (!(q > 0 && q < 1) || plan.blocks < 3 || windows.size() < plan.blocks) return std::nullopt;
    const std::optional<double> figure = quantile(windows, q);
    if (!figure) return std::nullopt;
    const std::vector<double> shares = shares_below(windows, *figure, plan.blocks);
    const double alpha =
        alpha_per_look(1 - plan.confidence, std::max<std::size_t>(1, plan.looks.size()));
    const double off = student_quantile(1 - alpha / 2, static_cast<double>(plan.blocks - 1)) *
                       std::sqrt(variance_of_mean(shares, q, windows.size()));
    // Not beyond 0 and 1: there the quantile is nothing.
    const std::optional<double> low = quantile(windows, q - off);
    const std::optional<double> high = quantile(windows, q + off);
    if (!low || !high) return std::nullopt;
    return Estimate{*figure, {*low, *high, plan.confidence}};
}

Estimate difference(const Estimate& a, const Estimate& b) {
    const double figure = a.figure - b.figure;
    const double below = std::hypot(a.figure - a.interval.low, b.interval.high - b.figure);
    const double above = std::hypot(a.interval.high - a.figure, b.figure - b.interval.low);
    return {figure,
            {figure - below, figure + above, std::min(a.interval.coverage, b.interval.coverage)}};
}

}  // namespace xdpbench::stats
