// What is timed, and how.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "bench/timed_traffic.h"
#include "model/run.h"
#include "net/port_network.h"
#include "target/target.h"
#include "target/traffic_shape.h"
#include "traffic/placement.h"

namespace xdpbench::bench {

struct BenchCase {
    const target::Target* target = nullptr;
    std::optional<model::Mode> mode;  // end to end in this attach mode; none: the program alone
    target::TrafficShape shape;
    traffic::CpuPlan cpus;  // end to end; a program alone runs on the program's
    // Of these interfaces, end to end, instead of a veth; of the CPUs only the generator's is ours.
    std::optional<net::Ports> devices = {};
    // A rate is offered from each of these CPUs, which their generators share with the program;
    // none: as `cpus` says.
    std::vector<int> side_by_side = {};
    Settle settle = {};
    // The maps are restored before each window: what is timed is the first packet of every flow.
    bool fresh = false;
    // Of the traffic only the frames with this verdict.
    std::optional<model::Action> only = {};
    // What is known of the traffic already; none: it is found out (traffic_of).
    std::shared_ptr<const TimedTraffic> traffic = {};
    std::string repeat = {};  // BenchSetup::repeat

    // The CPUs that have a generator.
    [[nodiscard]] std::vector<int> generators() const;
    // Those of them that are of this machine: none where the peer is remote.
    [[nodiscard]] std::vector<int> generators_here() const;
    // The mode's name, or "test_run".
    [[nodiscard]] std::string kind() const;
    // "/size:64/separate", "/device:eth1", "/cpus:0,1": what tells it from others of this program
    // and mode.
    [[nodiscard]] std::string variant() const;
    // "icmp_lb/native/size:64"
    [[nodiscard]] std::string name() const;
};

// The frames that are timed, and their paths.
Result<std::shared_ptr<const TimedTraffic>> traffic_of(const BenchCase& bench);

// Nothing but what is asked for.
[[nodiscard]] model::BenchSetup begin_setup(const BenchCase& bench);
// With all that is known before the measurement.
[[nodiscard]] model::BenchSetup describe_bench(const BenchCase& bench, const packet::Frames& frames,
                                               const Paths& paths);

}  // namespace xdpbench::bench
