// Benches that take as long as necessary: how they share the time of a run.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "bench/bench.h"
#include "bench/bench_case.h"
#include "traffic/pinned.h"

namespace xdpbench::bench {

// A bench that is ready to be measured, or why it is not.
struct PreparedBench {
    BenchCase what;
    std::string name;
    std::unique_ptr<BenchRig> rig;  // none: see `error`
    std::optional<Error> error;
    bool warmed_up = false;  // it was measured within a budget
};

// Pins the thread to the generator's CPU, as long as it lives.
[[nodiscard]] Result<traffic::PinnedThread> pin_generator(const BenchCase& what);

// The time of a run, from `run_start` on; `goal.seconds` are for all of its benches.
class Budget {
  public:
    // `benches` are those to come; `progress` is told what is under way.
    Budget(const PrecisionGoal& goal, Clock::time_point run_start, std::size_t benches,
           std::function<void(const std::string&)> progress)
        : goal_(goal),
          run_start_(run_start),
          benches_left_(benches),
          progress_(std::move(progress)) {}

    // Measures `benches`, the selected ones of `prepared` benches to come, each in `rounds` rounds:
    // what one does not need of its share of the time goes to those that are not exact enough yet.
    // Each has a second, whatever is left. What goes wrong is the bench's error.
    void measure(const std::vector<PreparedBench*>& benches, std::size_t prepared, int rounds,
                 std::map<int, KnownCore>& cores);

  private:
    Result<void> measure_for(double seconds, double most, PreparedBench& bench,
                             std::map<int, KnownCore>& cores);

    PrecisionGoal goal_;
    Clock::time_point run_start_;
    std::size_t benches_left_;
    std::function<void(const std::string&)> progress_;
};

}  // namespace xdpbench::bench
