// The counters of a program that is attached, from sample to sample.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "bpf/counters.h"
#include "bpf/program.h"
#include "model/live.h"
#include "net/interface.h"
#include "net/netns.h"
#include "scenario/scenario.h"

namespace xdpbench::live {

// The driver's counters that are about XDP, each summed over its queues: rx_queue_0_xdp_drops and
// rx_queue_1_xdp_drops are rx_queue_xdp_drops.
[[nodiscard]] std::map<std::string, std::uint64_t> xdp_counters_over_queues(
    const std::map<std::string, std::uint64_t>& counters);

class LiveCounts {
  public:
    // From now on. A program without counters of its own is counted by the driver in native mode;
    // in generic mode nobody knows what it does.
    static Result<LiveCounts> start(const net::NetNs& netns, const net::InterfaceInfo& interface,
                                    const bpf::Program& program, model::Mode mode);

    // Takes in what `program`, the one attached, counted until now.
    Result<void> read(const bpf::Program& program);

    // Another program counts from now on, in the same map or (not `same_map`) in one that begins at
    // 0. The last figures of the one before must have been read.
    Result<void> change(const bpf::Program& program, bool same_map);

    // What was read since the previous sample, over the time until now. Without events.
    [[nodiscard]] model::LiveSample sample();

    [[nodiscard]] std::string counted_by() const;

  private:
    LiveCounts(const net::NetNs& netns, std::string interface, model::Mode mode)
        : netns_(&netns), interface_(std::move(interface)), mode_(mode) {}
    Result<void> read_driver();
    void add(const std::vector<bpf::ActionCounters>& now);

    const net::NetNs* netns_;
    std::string interface_;
    model::Mode mode_;
    bool by_program_ = false;
    std::vector<bpf::ActionCounters> last_;  // by CPU, as last read
    std::vector<model::LiveActions> cpus_;
    std::map<std::string, std::uint64_t> driver_last_;
    std::map<std::string, model::LiveCount> driver_;
    Clock::time_point since_ = Clock::now();
};

}  // namespace xdpbench::live
