// The bench end to end over real interfaces: a generator on one of them, the program under test on
// the other.
#pragma once

#include <memory>
#include <string>

#include "engine/bench.h"
#include "engine/device_lane.h"

namespace xdpbench {

class DeviceBench final : public BenchRig {
  public:
    // Verifies that every frame takes the path that will be timed, then attaches and calibrates.
    static Result<std::unique_ptr<BenchRig>> create(const BenchCase& bench);

    [[nodiscard]] Result<BenchRecord> finish() override;

  private:
    DeviceBench(std::unique_ptr<DeviceLane> devices, Generator generator);
    Result<Window> window(bool floor, std::uint64_t frames, BenchRecord* counted) override;
    Result<void> find_bound(BenchRecord& record) const;

    std::unique_ptr<DeviceLane> devices_;
    Generator generator_;
    // Of windows that count and of the floor's beside them.
    std::uint64_t floor_sent_ = 0;
    std::uint64_t floor_lost_ = 0;
    double done_seconds_ = 0;  // of the program's windows that count, until it was done
    std::string end_;          // where frames of the program arrived last
    std::string floor_end_;    // and of the floor
};

}  // namespace xdpbench
