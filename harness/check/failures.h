// What a check found wrong.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "check/frame_mismatch.h"

namespace xdpbench::check {

class Failures {
  public:
    void add(std::string text);
    // The first one is kept for who wants to look at the frames.
    void add(std::string text, FrameMismatch mismatch);

    [[nodiscard]] bool empty() const { return all_.empty(); }
    // The first ones, and how many more there are.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] const std::vector<std::string>& all() const { return all_; }
    [[nodiscard]] const std::optional<FrameMismatch>& mismatch() const { return mismatch_; }

  private:
    std::vector<std::string> all_;
    std::optional<FrameMismatch> mismatch_;
};

}  // namespace xdpbench::check
