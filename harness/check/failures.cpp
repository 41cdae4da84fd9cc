#include "check/failures.h"

#include <fmt/format.h>

#include "base/text.h"

namespace xdpbench::check {
namespace {

// A check that goes wrong tends to do so for every frame; the first ones tell what it is.
constexpr std::size_t kFailuresShown = 3;

}  // namespace

void Failures::add(std::string text) {
    if (++count_ <= kFailuresShown) text_ += (text_.empty() ? "" : "\n") + std::move(text);
}

void Failures::add(std::string text, FrameMismatch mismatch) {
    add(std::move(text));
    if (!mismatch_) mismatch_ = std::move(mismatch);
}

std::string Failures::text() const {
    if (count_ <= kFailuresShown) return text_;
    return fmt::format("{}\n... and {}", text_, counted(count_ - kFailuresShown, "more failure"));
}

}  // namespace xdpbench::check
