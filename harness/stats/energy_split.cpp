#include "stats/energy_split.h"

#include <algorithm>
#include <numeric>

namespace xdpbench::stats {
namespace {

// The position after clearing the lowest bit, the step of a Fenwick tree towards the root.
std::size_t parent(std::size_t position) { return position & (position - 1); }
std::size_t lowest_bit(std::size_t position) { return position ^ parent(position); }

}  // namespace

EnergySplitter::EnergySplitter(std::span<const double> values, std::size_t shortest)
    : values_(values.begin(), values.end()),
      ranks_(values.size()),
      distances_(values.size()),
      shortest_(std::max<std::size_t>(2, shortest)),
      counts_(values.size() + 1),
      sums_(values.size() + 1) {
    // Distances between values stay the same, and sums keep their precision.
    const double offset = values_.empty() ? 0 : values_.front();
    for (double& value : values_) value -= offset;
    std::vector<std::size_t> sorted(values_.size());
    std::iota(sorted.begin(), sorted.end(), std::size_t{0});
    std::sort(sorted.begin(), sorted.end(),
              [&](std::size_t a, std::size_t b) { return values_[a] < values_[b]; });
    const double sum = std::accumulate(values_.begin(), values_.end(), 0.0);
    const auto n = static_cast<double>(values_.size());
    double below = 0;  // sum of the values that sort before
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const double value = values_[sorted[i]];
        const auto fewer = static_cast<double>(i);
        ranks_[sorted[i]] = i + 1;
        distances_[sorted[i]] = (value * fewer - below) + (sum - below - value * (n - fewer));
        below += value;
    }
    total_ = std::accumulate(distances_.begin(), distances_.end(), 0.0) / 2;
}

double EnergySplitter::add(std::size_t i) {
    const double value = values_[i];
    double fewer = 0;
    double below = 0;
    for (std::size_t at = ranks_[i]; at > 0; at = parent(at)) {
        fewer += counts_[at];
        below += sums_[at];
    }
    const double above = added_sum_ - below;
    const double distance = (value * fewer - below) + (above - value * (added_ - fewer));
    for (std::size_t at = ranks_[i]; at < counts_.size(); at += lowest_bit(at)) {
        counts_[at] += 1;
        sums_[at] += value;
    }
    added_ += 1;
    added_sum_ += value;
    return distance;
}

Split EnergySplitter::best(std::span<const std::size_t> order) {
    Split found;
    std::fill(counts_.begin(), counts_.end(), 0.0);
    std::fill(sums_.begin(), sums_.end(), 0.0);
    added_ = added_sum_ = 0;
    double within_left = 0;
    double within_right = total_;
    const std::size_t n = order.size();
    for (std::size_t left = 1; left + shortest_ <= n; ++left) {
        const double to_left = add(order[left - 1]);
        within_left += to_left;
        within_right -= distances_[order[left - 1]] - to_left;
        if (left < shortest_) continue;
        const auto m = static_cast<double>(left);
        const auto k = static_cast<double>(n - left);
        const double between = total_ - within_left - within_right;
        const double energy = 2 * between / (m * k) - 2 * within_left / (m * (m - 1)) -
                              2 * within_right / (k * (k - 1));
        const double statistic = m * k / (m + k) * energy;
        if (found.index == 0 || statistic > found.statistic) found = {left, statistic};
    }
    return found;
}

}  // namespace xdpbench::stats
