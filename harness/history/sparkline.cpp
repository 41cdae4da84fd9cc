#include "history/sparkline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "stats/summary.h"

namespace xdpbench::history {
namespace {

constexpr std::array<const char*, 8> kHeights{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr double kLeastRange = 0.02;  // of the median

std::vector<double> shares(std::span<const double> values, std::size_t columns) {
    if (values.size() <= columns) return {values.begin(), values.end()};
    std::vector<double> result;
    for (std::size_t i = 0; i < columns; ++i) {
        const std::size_t begin = i * values.size() / columns;
        const std::size_t end = (i + 1) * values.size() / columns;
        result.push_back(stats::median(values.subspan(begin, end - begin)).value_or(0));
    }
    return result;
}

}  // namespace

std::string sparkline(std::span<const double> values, std::size_t columns) {
    if (values.empty() || columns == 0 || !stats::all_finite(values)) return "";
    const std::vector<double> shown = shares(values, columns);
    double low = *std::min_element(shown.begin(), shown.end());
    double range = *std::max_element(shown.begin(), shown.end()) - low;
    const double least = kLeastRange * std::abs(stats::median(shown).value_or(0));
    if (range < least) {
        low -= (least - range) / 2;
        range = least;
    }
    std::string line;
    for (const double value : shown) {
        const double height = range > 0 ? (value - low) / range : 0.5;
        const double steps = std::floor(height * kHeights.size());
        line += kHeights.at(std::min<std::size_t>(static_cast<std::size_t>(std::max(0.0, steps)),
                                                  kHeights.size() - 1));
    }
    return line;
}

}  // namespace xdpbench::history
