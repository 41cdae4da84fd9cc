// What a check found wrong.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "check/frame_mismatch.h"

namespace xdpbench::check {

class Failures {
  public:
    void add(std::string text);
    // The first one is kept for who wants to look at the frames.
    void add(std::string text, FrameMismatch mismatch);

    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] std::string text() const;
    [[nodiscard]] const std::optional<FrameMismatch>& mismatch() const { return mismatch_; }

  private:
    std::size_t count_ = 0;
    std::string text_;
    std::optional<FrameMismatch> mismatch_;
};

}  // namespace xdpbench::check
