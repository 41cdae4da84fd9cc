#include "stats/signed_rank.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "stats/rank.h"

namespace xdpbench::stats {
namespace {

// P(sum <= s) for s = 0 ... all ranks, where each rank is in the sum or not with a half each.
std::vector<double> sum_distribution(const std::vector<std::size_t>& ranks, std::size_t total) {
    std::vector<double> p(total + 1);
    p[0] = 1;
    std::size_t reach = 0;
    for (const std::size_t rank : ranks) {
        reach += rank;
        for (std::size_t sum = reach; sum >= rank; --sum) p[sum] = 0.5 * (p[sum] + p[sum - rank]);
        for (std::size_t sum = 0; sum < std::min(rank, reach); ++sum) p[sum] *= 0.5;
    }
    std::partial_sum(p.begin(), p.end(), p.begin());
    return p;
}

}  // namespace

std::optional<SignedRank> signed_rank(std::span<const double> differences) {
    if (differences.empty()) return std::nullopt;
    std::vector<double> sizes;
    sizes.reserve(differences.size());
    for (const double difference : differences) {
        if (!std::isfinite(difference)) return std::nullopt;
        sizes.push_back(std::abs(difference));
    }
    const std::vector<std::size_t> all_ranks = doubled_mid_ranks(sizes);
    std::vector<std::size_t> ranks;
    std::size_t plus = 0;
    std::size_t total = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
        if (differences[i] == 0) continue;
        ranks.push_back(all_ranks[i]);
        total += all_ranks[i];
        if (differences[i] > 0) plus += all_ranks[i];
    }
    // Without ties all doubled ranks are even: their halves make a table half as long.
    std::size_t unit = 0;
    for (const std::size_t rank : ranks) unit = std::gcd(unit, rank);
    if (unit == 0) unit = 1;  // there are only zeros
    for (std::size_t& rank : ranks) rank /= unit;
    const std::vector<double> cdf = sum_distribution(ranks, total / unit);
    SignedRank result;
    result.non_zero = ranks.size();
    result.w_plus = static_cast<double>(plus) / 2;
    result.w_minus = static_cast<double>(total - plus) / 2;
    // The distribution is symmetric: the upper tail is the lower one of W-.
    result.p_less = std::min(cdf[plus / unit], 1.0);
    result.p_greater = std::min(cdf[(total - plus) / unit], 1.0);
    result.p_two_sided = std::min(1.0, 2 * std::min(result.p_less, result.p_greater));
    return result;
}

}  // namespace xdpbench::stats
