// Two taps and what is between them.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

#include "base/result.h"
#include "faults.h"
#include "tap.h"

namespace xdpbench::faulty_card {

class Cable {
  public:
    Cable(Tap a, Tap b, Settings settings)
        : taps_{std::move(a), std::move(b)},
          directions_{Direction(settings), Direction(opposite(settings))} {}

    // Carries frames until `stop` is readable or the time is up; true if it was `stop`.
    Result<bool> carry(int stop, Time deadline);

    // Of the frames from the first to the second tap, and of those back.
    [[nodiscard]] const Tally& there() const { return directions_[0].tally(); }
    [[nodiscard]] const Tally& back() const { return directions_[1].tally(); }

  private:
    // A frame that comes back is not the Nth one again: inverted twice, a bit would be right.
    static Settings opposite(Settings settings) {
        settings.phase = settings.every / 2;
        return settings;
    }
    void forward(std::size_t direction);
    [[nodiscard]] std::chrono::nanoseconds patience(Time deadline) const;

    std::array<Tap, 2> taps_;
    std::array<Direction, 2> directions_;
};

}  // namespace xdpbench::faulty_card
