// A trial: frames offered to a program at one rate for a time, end to end, and their books.
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "engine/bench.h"
#include "engine/lane.h"
#include "kernel/topology.h"
#include "report/load.h"
#include "traffic/generator.h"

namespace xdpbench {

// What a trial found, and all that was counted meanwhile.
struct CountedTrial {
    Trial trial;
    LaneCounts counts;
};

// A paced generator and a lane with the program under test; beside it, where frames are stamped, an
// equal lane with the empty program. The caller has pinned the thread to the
// generator's CPU.
class TrialRig {
  public:
    // Verifies that every frame takes the path that is to be loaded, with a time stamp in it too if
    // it gets one, then builds.
    static Result<std::unique_ptr<TrialRig>> create(const BenchCase& bench, Pace pace);

    // Invalid if the books do not balance, or if frames took another path. A rate that the
    // generator does not reach is no error: Trial::reached() says so.
    Result<CountedTrial> run(const EquippedLane& lane, double rate, double seconds);

    [[nodiscard]] const EquippedLane& lane() const { return *lane_; }
    [[nodiscard]] const EquippedLane& floor() const { return *floor_; }  // of stamped frames only

    // What is known of the measurement beforehand.
    [[nodiscard]] const BenchSetup& setup() const { return setup_; }
    [[nodiscard]] std::uint64_t lengthened() const { return lengthened_; }  // for their stamps

  private:
    TrialRig(Topology topology, Program program, Generator generator);

    Topology topology_;
    Program program_;
    Generator generator_;
    std::optional<EquippedLane> lane_;
    std::optional<EquippedLane> floor_;
    BenchSetup setup_;
    Action action_ = Action::pass;
    std::uint64_t lengthened_ = 0;
    double made_up_ = 0;  // s; how long a generator that was held up makes up for it
};

}  // namespace xdpbench
