// How much of the machine others had while something was measured.
#pragma once

#include "base/clock.h"

namespace xdpbench {

class BusyWatch {
  public:
    BusyWatch();
    [[nodiscard]] double seconds() const { return seconds_since(start_); }
    // CPUs that others kept busy on average since then: 0.5 is half of one. Steal is in it; what
    // this process and its children did is not.
    [[nodiscard]] double others() const;

  private:
    Clock::time_point start_;
    double busy_ = 0;  // seconds of all CPUs
    double own_ = 0;   // seconds of this process and of children that were waited for
};

// With more than this a missed demand cannot be blamed on the tool.
inline constexpr double kTooBusy = 0.05;

}  // namespace xdpbench
