// The bench end to end over real interfaces: a generator on one of them, the program under test on
// the other.
#pragma once

#include <memory>
#include <string>

#include "bench/bench.h"
#include "bench/bench_case.h"
#include "testbed/port_link.h"

namespace xdpbench::bench {

class PortBench final : public BenchRig {
  public:
    // Verifies that every frame takes the path that will be timed, then attaches and calibrates.
    static Result<std::unique_ptr<BenchRig>> create(const BenchCase& bench);

    [[nodiscard]] Result<model::BenchRecord> finish() override;

  private:
    PortBench(std::unique_ptr<testbed::PortLink> devices, traffic::FrameSender sender);
    Result<Window> window(bool baseline, std::uint64_t frames,
                          model::BenchRecord* counted) override;
    Result<void> find_bound(model::BenchRecord& record) const;

    std::unique_ptr<testbed::PortLink> devices_;
    traffic::FrameSender sender_;
    // Of windows that count and of the baseline's beside them.
    std::uint64_t baseline_sent_ = 0;
    std::uint64_t baseline_lost_ = 0;
    double done_seconds_ = 0;  // of the program's windows that count, until it was done
    model::End end_ = model::End::nowhere;           // where frames of the program arrived last
    model::End baseline_end_ = model::End::nowhere;  // and of the baseline
};

}  // namespace xdpbench::bench
