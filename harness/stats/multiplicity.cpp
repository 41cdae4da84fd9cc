#include "stats/multiplicity.h"

#include <algorithm>
#include <numeric>

namespace xdpbench::stats {

std::vector<double> holm(std::span<const double> p_values) {
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
    std::vector<double> adjusted(p_values.size());
    double largest = 0;  // adjusted values never fall
    for (std::size_t step = 0; step < order.size(); ++step) {
        const auto left = static_cast<double>(order.size() - step);
        largest = std::max(largest, std::min(1.0, left * p_values[order[step]]));
        adjusted[order[step]] = largest;
    }
    return adjusted;
}

double alpha_per_look(double alpha, std::size_t looks) {
    return alpha / static_cast<double>(std::max<std::size_t>(looks, 1));
}

}  // namespace xdpbench::stats
