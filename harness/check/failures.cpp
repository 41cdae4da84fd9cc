#include "check/failures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"

namespace xdpbench::check {
namespace {

// A check that goes wrong tends to do so for every frame; the first ones tell what it is.
constexpr std::size_t kFailuresShown = 3;

}  // namespace

void Failures::add(std::string text) { all_.push_back(std::move(text)); }

void Failures::add(std::string text, FrameMismatch mismatch) {
    add(std::move(text));
    if (!mismatch_) mismatch_ = std::move(mismatch);
}

std::string Failures::text() const {
    const std::size_t shown = std::min(all_.size(), kFailuresShown);
    std::string text = fmt::format(
        "{}", fmt::join(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(shown), "\n"));
    if (shown == all_.size()) return text;
    return fmt::format("{}\n... and {}", text, counted(all_.size() - shown, "more failure"));
}

}  // namespace xdpbench::check
