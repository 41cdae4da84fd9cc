#include "stats/rank.h"

#include <algorithm>
#include <numeric>

namespace xdpbench::stats {

std::vector<std::size_t> doubled_mid_ranks(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<std::size_t> ranks(values.size());
    for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
        while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
        // Ranks first + 1 to end are shared; twice their mean is the sum of the outer two.
        for (std::size_t i = first; i < end; ++i) ranks[order[i]] = first + 1 + end;
    }
    return ranks;
}

}  // namespace xdpbench::stats
