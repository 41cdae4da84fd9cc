#pragma once

#include <sched.h>

#include "base/result.h"

namespace xdpbench::traffic {

// The calling thread runs on one CPU as long as this lives, and afterwards where it was allowed
// before.
class PinnedThread {
  public:
    static Result<PinnedThread> pin(int cpu);

    PinnedThread(PinnedThread&& other) noexcept : before_(other.before_), active_(other.active_) {
        other.active_ = false;
    }
    PinnedThread& operator=(PinnedThread&&) = delete;
    PinnedThread(const PinnedThread&) = delete;
    PinnedThread& operator=(const PinnedThread&) = delete;
    ~PinnedThread();

  private:
    explicit PinnedThread(const cpu_set_t& before) : before_(before) {}

    cpu_set_t before_;
    bool active_ = true;
};

// The highest-numbered CPU that this thread may use: device interrupts tend to land on the low
// ones.
[[nodiscard]] int measuring_cpu();

}  // namespace xdpbench::traffic
