#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "report/chart.h"

namespace xdpbench::report {
namespace {

constexpr int kTicks = 5;

// The round number at or above `least`: 1, 2 or 5 times a power of ten.
double round_step(double least) {
    const double power = std::pow(10.0, std::floor(std::log10(least)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= least * (1 - 1e-9)) return factor * power;
    }
    return 10 * power;
}

double step_of(double low, double high, int wanted) {
    const double span = high - low;
    return span > 0 && std::isfinite(span) ? round_step(span / wanted) : 1;
}

}  // namespace

std::string figure_text(double value, int decimals) {
    constexpr double kWhole = 100;
    constexpr double kLargest = 1e15;
    if (!std::isfinite(value)) return "unknown";
    if (value == 0) return "0";
    const double size = std::abs(value);
    if (size >= kLargest || size < 1e-4) return fmt::format("{:.3g}", value);
    if (size >= kWhole && decimals == 0)
        return (value < 0 ? "-" : "") + thousands(static_cast<std::uint64_t>(std::llround(size)));
    const int three = 2 - static_cast<int>(std::floor(std::log10(size)));
    const int digits = std::clamp(std::max(three, decimals), 0, 6);
    std::string text = fmt::format("{:.{}f}", value, digits);
    if (text.find('.') != std::string::npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') text.pop_back();
    }
    return text;
}

namespace {

// As exact as the step to the next one. Where the largest is large, in thousands, millions ...:
// "250 k", "5 M".
std::string tick_text(double value, double largest, double step) {
    constexpr double kFewDigits = 1e4;
    const auto decimals = [step](double unit) {
        return std::max(0, -static_cast<int>(std::floor(std::log10(step / unit) + 1e-9)));
    };
    for (const auto& [unit, suffix] : {std::pair{1e12, " T"}, std::pair{1e9, " G"},
                                       std::pair{1e6, " M"}, std::pair{1e3, " k"}}) {
        if (largest >= kFewDigits && std::abs(value) >= unit)
            return figure_text(value / unit, decimals(unit)) + suffix;
    }
    return figure_text(value, decimals(1));
}

}  // namespace

std::vector<Tick> round_ticks(double low, double high, int wanted) {
    const double step = step_of(low, high, wanted);
    std::vector<Tick> ticks;
    for (double n = std::ceil(low / step - 1e-9); n * step <= high + step * 1e-9; ++n)
        ticks.push_back({n * step, tick_text(n * step, high, step)});
    return ticks;
}

Axis Axis::from_zero(std::string title, double highest) {
    Axis axis;
    axis.title = std::move(title);
    const double step = step_of(0, highest, kTicks);
    axis.high = highest > 0 && std::isfinite(highest) ? std::ceil(highest / step - 1e-9) * step : 1;
    axis.ticks = round_ticks(0, axis.high, kTicks);
    return axis;
}

Axis Axis::around(std::string title, double lowest, double highest) {
    Axis axis;
    axis.title = std::move(title);
    if (!(highest > lowest)) {
        const double some = lowest == 0 ? 1 : std::abs(lowest) * 0.1;
        lowest -= some;
        highest += some;
    }
    const double step = step_of(lowest, highest, kTicks);
    axis.low = std::floor(lowest / step + 1e-9) * step;
    axis.high = std::ceil(highest / step - 1e-9) * step;
    axis.ticks = round_ticks(axis.low, axis.high, kTicks);
    return axis;
}

Axis Axis::counts(std::string title, std::size_t count) {
    Axis axis;
    axis.title = std::move(title);
    axis.high = std::max(1.0, static_cast<double>(count));
    axis.ticks = round_ticks(0, axis.high, kTicks);
    return axis;
}

Axis Axis::powers(std::string title, double lowest, double highest) {
    Axis axis;
    axis.title = std::move(title);
    axis.logarithmic = true;
    constexpr double kFewDecades = 2.5;
    const double decades = std::log10(highest / lowest);
    axis.low = lowest;
    axis.high = highest;
    const bool few = decades < kFewDecades;
    const auto last = static_cast<int>(std::ceil(std::log10(highest)));
    for (auto power = static_cast<int>(std::floor(std::log10(lowest))); power <= last; ++power) {
        for (const double factor : {1.0, 2.0, 5.0}) {
            const double at = factor * std::pow(10.0, power);
            const bool inside = at >= lowest * (1 - 1e-9) && at <= highest * (1 + 1e-9);
            if (inside && (few || factor == 1.0))
                axis.ticks.push_back({at, tick_text(at, highest, at)});
        }
    }
    return axis;
}

Axis Axis::names(std::string title, const std::vector<std::string>& names) {
    Axis axis;
    axis.title = std::move(title);
    axis.low = -0.5;
    axis.high = static_cast<double>(names.size()) - 0.5;
    constexpr std::size_t kLetters = 44;  // that fit below the axis
    std::size_t letters = 0;
    for (const std::string& name : names) letters += name.size() + 2;
    const std::size_t every = std::max<std::size_t>(1, (letters + kLetters - 1) / kLetters);
    for (std::size_t i = 0; i < names.size(); i += every)
        axis.ticks.push_back({static_cast<double>(i), names[i]});
    if (names.size() < 2 || axis.ticks.back().at == static_cast<double>(names.size() - 1))
        return axis;
    // The last one has a name in any case, in place of one that is too near.
    if (axis.ticks.size() > 1) axis.ticks.pop_back();
    axis.ticks.push_back({static_cast<double>(names.size() - 1), names.back()});
    return axis;
}

double Axis::place(double value) const {
    const double from = logarithmic ? std::log10(low) : low;
    const double to = logarithmic ? std::log10(high) : high;
    const double at = logarithmic ? std::log10(std::max(value, low)) : value;
    if (!(to > from) || !std::isfinite(at)) return 0;
    return std::clamp((at - from) / (to - from), 0.0, 1.0);
}

}  // namespace xdpbench::report
