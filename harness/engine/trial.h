// A trial: frames offered to a program at one rate for a time, end to end, and their books.
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "engine/bench.h"
#include "engine/device_lane.h"
#include "engine/lane.h"
#include "kernel/topology.h"
#include "report/load.h"
#include "traffic/paced_generators.h"

namespace xdpbench {

// What a trial found, and all that was counted meanwhile.
struct CountedTrial {
    Trial trial;
    LaneCounts counts;
};

// Paced generators and a lane with the program under test, with a queue for each of them. The empty
// program is beside it on an equal lane, where frames are stamped; on real interfaces it takes the
// program's place. The caller has pinned the thread to the first generator's CPU.
class TrialRig {
  public:
    // Verifies that every frame takes the path that is to be loaded, with a time stamp in it too if
    // it gets one, then builds.
    static Result<std::unique_ptr<TrialRig>> create(const BenchCase& bench, Pace pace);

    // At `rate`, of all generators together. Invalid if the books do not balance, or if frames took
    // another path. A rate that the generators do not reach is no error: Trial::reached() says so.
    Result<CountedTrial> run(bool floor, double rate, double seconds);

    [[nodiscard]] bool has_floor() const { return floor_ || (devices_ && devices_->has_floor()); }
    // Where the frames go, of the program under test or of the floor, which there has to be.
    [[nodiscard]] const EquippedLane& lane(bool floor) const {
        return devices_ ? devices_->lane() : floor ? *floor_ : *lane_;
    }

    // What is known of the measurement beforehand.
    [[nodiscard]] const BenchSetup& setup() const { return setup_; }
    [[nodiscard]] std::uint64_t lengthened() const { return lengthened_; }  // for their stamps

  private:
    struct Offered {
        JointOffer offer;
        LaneCounts counts;
    };
    explicit TrialRig(PacedGenerators generators) : generators_(std::move(generators)) {}
    Result<void> build_veths(const BenchCase& bench, std::size_t longest_frame, bool stamps);
    Result<void> use_devices(const BenchCase& bench, std::size_t longest_frame, bool stamps);
    Result<Offered> offer_to_veth(const EquippedLane& lane, double rate, double seconds);
    Result<Offered> offer_to_device(bool floor, double rate, double seconds);
    [[nodiscard]] Result<void> verify_paths(const JointOffer& offer,
                                            const LaneCounts& counts) const;

    PacedGenerators generators_;
    std::unique_ptr<DeviceLane> devices_;  // over real interfaces; else:
    std::optional<Topology> topology_;
    std::optional<Program> program_;
    std::optional<EquippedLane> lane_;
    std::optional<EquippedLane> floor_;
    BenchSetup setup_;
    Paths paths_;
    std::uint64_t lengthened_ = 0;
    double made_up_ = 0;  // s; how long a generator that was held up makes up for it
};

}  // namespace xdpbench
