#include "report/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace xdpbench::report {
namespace {

constexpr double kTelling = 2;  // s; before that nobody waits

std::string duration_text(double seconds) {
    constexpr int kMinute = 60;
    const int whole = static_cast<int>(std::min(std::ceil(seconds), 1e6));
    return whole < 2 * kMinute ? fmt::format("{} s", whole)
                               : fmt::format("{} min", (whole + kMinute / 2) / kMinute);
}

}  // namespace

std::string progress_line(const ProgressState& state) {
    constexpr std::size_t kCells = 20;
    if (state.expected <= 0)
        return state.elapsed < kTelling ? state.step
                                        : duration_text(state.elapsed) + "  " + state.step;
    // Never whole: what is expected is no promise.
    constexpr double kMost = 0.99;
    const double share = std::clamp(state.elapsed / state.expected, 0.0, kMost);
    const auto cells = static_cast<std::size_t>(share * kCells);
    const std::string left = state.elapsed < state.expected
                                 ? duration_text(state.expected - state.elapsed) + " left"
                                 : "longer than expected";
    return fmt::format("[{}{}] {:2.0f} %, {}  {}", std::string(cells, '#'),
                       std::string(kCells - cells, ' '), std::floor(share * 100), left, state.step);
}

std::string step_of(const std::string& line) {
    const std::size_t colon = line.rfind(": ");
    if (colon == std::string::npos) return line;
    const std::string_view part = std::string_view(line).substr(colon + 2);
    constexpr std::array<std::string_view, 5> kParts{"round ", "trial ", "preparing", "warming up",
                                                     "the most that can be offered"};
    const bool known = part.find(" blocks, ") != std::string_view::npos ||
                       part.find(" ns/packet ") != std::string_view::npos ||
                       std::any_of(kParts.begin(), kParts.end(),
                                   [&](std::string_view begin) { return part.starts_with(begin); });
    return known ? line.substr(0, colon) : line;
}

}  // namespace xdpbench::report
