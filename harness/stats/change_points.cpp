#include "stats/change_points.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "stats/energy_split.h"
#include "stats/summary.h"

namespace xdpbench::stats {
namespace {

struct TestedSplit {
    std::size_t index = 0;  // from the beginning of the segment
    double p = 1;
};

// Single values far away count as less far: a run on a disturbed machine is to hide no change. The
// order of the values stays, so a real change stays one, however large.
std::vector<double> without_far_values(std::span<const double> segment) {
    constexpr double kFarthest = 3 * 1.4826;  // median absolute deviations: 3 standard deviations
    std::vector<double> near(segment.begin(), segment.end());
    const double middle = median(segment).value_or(0);
    const double most = kFarthest * median_absolute_deviation(segment).value_or(0);
    if (most == 0) return near;  // more than half of the values are equal
    for (double& value : near) value = std::clamp(value, middle - most, middle + most);
    return near;
}

// Fisher-Yates over blocks. Not std::shuffle: each library draws differently, and the same series
// is to have the same change points everywhere.
std::vector<std::size_t> permuted(std::size_t n, std::size_t block, std::mt19937& random) {
    std::vector<std::size_t> starts;
    for (std::size_t start = 0; start < n; start += block) starts.push_back(start);
    for (std::size_t i = starts.size(); i > 1; --i) std::swap(starts[i - 1], starts[random() % i]);
    std::vector<std::size_t> order;
    order.reserve(n);
    for (const std::size_t start : starts) {
        for (std::size_t i = start; i < std::min(n, start + block); ++i) order.push_back(i);
    }
    return order;
}

// Values that follow each other as an AR(1) process with this lag-1 autocorrelation are permuted in
// blocks of twice the length over which they count as one value.
std::size_t block_for(double autocorrelation, std::size_t values) {
    const double alike = std::min(0.9, autocorrelation);
    // Independent values seldom show more than 1.5 standard errors.
    if (alike < 1.5 / std::sqrt(static_cast<double>(values))) return 1;
    return static_cast<std::size_t>(std::ceil(2 * (1 + alike) / (1 - alike)));
}

// The best split if it is significant. Stops as soon as too many permutations have split as well:
// segments without a change cost a few permutations only.
std::optional<TestedSplit> significant_split(std::span<const double> values, std::size_t block,
                                             const ChangePlan& plan) {
    if (values.size() < 2 * std::max<std::size_t>(2, plan.shortest)) return std::nullopt;
    const std::vector<double> segment = without_far_values(values);
    EnergySplitter splitter(segment, plan.shortest);
    std::vector<std::size_t> order(segment.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const Split best = splitter.best(order);
    std::mt19937 random(plan.seed);
    const auto p_with = [&](std::size_t as_good) {
        return static_cast<double>(as_good + 1) / static_cast<double>(plan.permutations + 1);
    };
    std::size_t as_good = 0;
    for (std::size_t i = 0; i < plan.permutations && p_with(as_good) <= plan.alpha; ++i) {
        const Split other = splitter.best(permuted(segment.size(), block, random));
        if (other.statistic >= best.statistic) ++as_good;
    }
    const double p = p_with(as_good);
    if (!(p <= plan.alpha) || !(best.statistic > 0)) return std::nullopt;
    return TestedSplit{best.index, p};
}

// The series with its change points; each segment lies between two neighbours.
class Segmentation {
  public:
    Segmentation(std::span<const double> series, const ChangePlan& plan)
        : series_(series), plan_(plan) {}

    std::vector<ChangePoint> find() {
        const std::size_t block = std::max<std::size_t>(1, plan_.block);
        bisect(block);
        relocate(plan_.block > 0 ? block : block_for(autocorrelation(), series_.size()));
        measure();
        drop_small();
        return changes_;
    }

  private:
    // Splits where it is significant, and then both parts.
    void bisect(std::size_t block) {
        std::vector<std::pair<std::size_t, std::size_t>> open{{0, series_.size()}};
        while (!open.empty()) {
            const auto [begin, end] = open.back();
            open.pop_back();
            const auto split = significant_split(between(begin, end), block, plan_);
            if (!split) continue;
            const std::size_t at = begin + split->index;
            changes_.push_back({at, 0, 0, split->p});
            open.emplace_back(begin, at);
            open.emplace_back(at, end);
        }
        std::sort(changes_.begin(), changes_.end(),
                  [](const ChangePoint& a, const ChangePoint& b) { return a.index < b.index; });
    }

    // How alike neighbouring values are, -1 to 1, the level of each segment taken away.
    [[nodiscard]] double autocorrelation() const {
        std::vector<double> left_over;
        for (std::size_t i = 0; i <= changes_.size(); ++i) {
            const std::size_t begin = i == 0 ? 0 : changes_[i - 1].index;
            const std::size_t end = i < changes_.size() ? changes_[i].index : series_.size();
            const std::vector<double> segment = without_far_values(between(begin, end));
            const double level = std::accumulate(segment.begin(), segment.end(), 0.0) /
                                 static_cast<double>(std::max<std::size_t>(1, segment.size()));
            for (const double value : segment) left_over.push_back(value - level);
        }
        const auto shifted = left_over.begin() + (left_over.empty() ? 0 : 1);
        const double with_next =
            std::inner_product(shifted, left_over.end(), left_over.begin(), 0.0);
        const double with_itself =
            std::inner_product(left_over.begin(), left_over.end(), left_over.begin(), 0.0);
        return with_itself > 0 ? with_next / with_itself : 0;
    }

    // A split was found while later ones were not known: each once more between its neighbours.
    void relocate(std::size_t block) {
        for (std::size_t i = 0; i < changes_.size();) {
            const auto split = significant_split(between(begin_of(i), end_of(i)), block, plan_);
            if (split) {
                changes_[i].index = begin_of(i) + split->index;
                changes_[i].p = split->p;
                ++i;
            } else {
                changes_.erase(changes_.begin() + static_cast<std::ptrdiff_t>(i));
            }
        }
    }

    void measure() {
        for (std::size_t i = 0; i < changes_.size(); ++i) measure(i);
    }
    void measure(std::size_t i) {
        ChangePoint& change = changes_[i];
        change.before = median(between(begin_of(i), change.index)).value_or(0);
        change.after = median(between(change.index, end_of(i))).value_or(0);
    }

    // The smallest one first, because its neighbours' segments grow with it.
    void drop_small() {
        const auto smaller = [](const ChangePoint& a, const ChangePoint& b) {
            return std::abs(a.effect()) < std::abs(b.effect());
        };
        for (;;) {
            const auto least = std::min_element(changes_.begin(), changes_.end(), smaller);
            if (least == changes_.end() || std::abs(least->effect()) >= plan_.smallest_effect)
                return;
            const auto next = static_cast<std::size_t>(changes_.erase(least) - changes_.begin());
            if (next > 0) measure(next - 1);
            if (next < changes_.size()) measure(next);
        }
    }

    [[nodiscard]] std::size_t begin_of(std::size_t i) const {
        return i == 0 ? 0 : changes_[i - 1].index;
    }
    [[nodiscard]] std::size_t end_of(std::size_t i) const {
        return i + 1 < changes_.size() ? changes_[i + 1].index : series_.size();
    }
    [[nodiscard]] std::span<const double> between(std::size_t begin, std::size_t end) const {
        return series_.subspan(begin, end - begin);
    }

    std::span<const double> series_;
    const ChangePlan& plan_;
    std::vector<ChangePoint> changes_;
};

}  // namespace

double ChangePoint::effect() const {
    return before == 0 ? std::numeric_limits<double>::infinity() : after / before - 1;
}

std::optional<std::vector<ChangePoint>> find_changes(std::span<const double> series,
                                                     const ChangePlan& plan) {
    if (!all_finite(series)) return std::nullopt;
    return Segmentation(series, plan).find();
}

}  // namespace xdpbench::stats
