#include "stats/mann_whitney.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "stats/distribution.h"
#include "stats/rank.h"
#include "stats/summary.h"

namespace xdpbench::stats {
namespace {

constexpr std::size_t kExactUpTo = 100;  // values in all; beyond, counting takes seconds

// P(sum <= s) of the ranks of `chosen` of all, every choice being equally likely. Counts are
// doubles: 100 over 50 ways are 1e29, and only rounding is lost.
std::vector<double> choice_distribution(const std::vector<std::size_t>& ranks, std::size_t chosen) {
    const std::size_t total = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
    std::vector<std::vector<double>> ways(chosen + 1, std::vector<double>(total + 1));
    ways[0][0] = 1;
    std::size_t reach = 0;
    for (const std::size_t rank : ranks) {
        reach += rank;
        for (std::size_t count = chosen; count > 0; --count) {
            for (std::size_t sum = reach; sum >= rank; --sum) {
                ways[count][sum] += ways[count - 1][sum - rank];
            }
        }
    }
    std::vector<double>& cdf = ways[chosen];
    std::partial_sum(cdf.begin(), cdf.end(), cdf.begin());
    const double all = cdf.back();
    for (double& p : cdf) p /= all;
    return std::move(cdf);
}

// The standard deviation of U; `tied` is the sum of t^3 - t over groups of t equal values.
double u_deviation(double m, double n, double tied) {
    const double all = m + n;
    return std::sqrt(m * n / 12 * (all + 1 - tied / (all * (all - 1))));
}

// Sum of t^3 - t: a value's doubled mid-rank names its group.
double tie_term(std::vector<std::size_t> ranks) {
    std::sort(ranks.begin(), ranks.end());
    double sum = 0;
    for (auto first = ranks.begin(); first != ranks.end();) {
        const auto end = std::upper_bound(first, ranks.end(), *first);
        const auto size = static_cast<double>(end - first);
        sum += size * size * size - size;
        first = end;
    }
    return sum;
}

}  // namespace

std::optional<MannWhitney> mann_whitney(std::span<const double> first,
                                        std::span<const double> second) {
    if (first.empty() || second.empty() || !all_finite(first) || !all_finite(second))
        return std::nullopt;
    std::vector<double> pooled(second.begin(), second.end());
    pooled.insert(pooled.end(), first.begin(), first.end());
    const std::vector<std::size_t> ranks = doubled_mid_ranks(pooled);
    const std::size_t n = second.size();
    const std::size_t rank_sum = std::accumulate(
        ranks.begin(), ranks.begin() + static_cast<std::ptrdiff_t>(n), std::size_t{0});
    MannWhitney result;
    result.u = static_cast<double>(rank_sum - n * (n + 1)) / 2;
    result.exact = ranks.size() <= kExactUpTo;
    if (result.exact) {
        const std::vector<double> cdf = choice_distribution(ranks, n);
        result.p_less = cdf[rank_sum];
        // The ranks of the others add up to the rest; the tail above is theirs below.
        const std::vector<double> others = choice_distribution(ranks, first.size());
        result.p_greater = others[others.size() - 1 - rank_sum];
    } else {
        const auto m = static_cast<double>(first.size());
        const auto k = static_cast<double>(n);
        const double deviation = u_deviation(m, k, tie_term(ranks));
        if (deviation > 0) {
            const double above = result.u - m * k / 2;
            result.p_greater = normal_cdf(-(above - 0.5) / deviation);
            result.p_less = normal_cdf((above + 0.5) / deviation);
        }
    }
    result.p_two_sided = std::min(1.0, 2 * std::min(result.p_less, result.p_greater));
    return result;
}

std::optional<ShiftInterval> shift_interval(std::span<const double> first,
                                            std::span<const double> second, double confidence) {
    if (first.empty() || second.empty() || !all_finite(first) || !all_finite(second))
        return std::nullopt;
    std::vector<double> differences;
    differences.reserve(first.size() * second.size());
    for (const double a : first) {
        for (const double b : second) differences.push_back(b - a);
    }
    std::sort(differences.begin(), differences.end());

    // P(U <= u) without ties, which is conservative with them.
    const std::size_t pairs = differences.size();
    const std::size_t n = second.size();
    const std::size_t all = first.size() + n;
    std::vector<double> cdf;
    if (all <= kExactUpTo) {
        std::vector<std::size_t> ranks(all);
        std::iota(ranks.begin(), ranks.end(), std::size_t{1});
        cdf = choice_distribution(ranks, n);
        cdf.erase(cdf.begin(), cdf.begin() + static_cast<std::ptrdiff_t>(n * (n + 1) / 2));
    }
    const double deviation =
        u_deviation(static_cast<double>(first.size()), static_cast<double>(n), 0);
    const auto below = [&](std::size_t u) {
        if (!cdf.empty()) return cdf[u];
        const auto middle = static_cast<double>(pairs) / 2;
        return normal_cdf((static_cast<double>(u) + 0.5 - middle) / deviation);
    };
    if (!(confidence > 0) || 1 - 2 * below(0) < confidence) return std::nullopt;
    std::size_t outside = 0;  // differences left out at either end
    while (2 * (outside + 1) < pairs && 1 - 2 * below(outside + 1) >= confidence) ++outside;
    return ShiftInterval{
        *median(differences),
        {differences[outside], differences[pairs - 1 - outside], 1 - 2 * below(outside)}};
}

}  // namespace xdpbench::stats
