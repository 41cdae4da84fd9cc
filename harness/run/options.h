// What a run is asked for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/bench.h"
#include "bench/loads.h"
#include "bench/paths.h"
#include "model/labels.h"
#include "model/mode.h"
#include "target/shared_state.h"
#include "target/target.h"
#include "target/traffic_shape.h"
#include "traffic/placement.h"

namespace xdpbench::run {

struct RunOptions {
    std::vector<std::string> programs;   // --prog
    std::vector<std::string> scenarios;  // --scenario
    std::vector<model::Mode> modes{model::Mode::native};
    // The parts of a run: --only
    bool check = true;
    bool replay = true;
    bool bench = true;
    bool search = false;
    bool latency = false;
    bool pin_maps = false;              // --pin-maps
    target::StateOptions shared_state;  // of programs that others loaded
    bool keep = false;                  // --keep
    bool prepare = false;               // --prepare: what was in the way on the ports is off
    bool take_over = false;             // --take-over: `device` and `peer` may be in use
    model::XskMode xsk = model::XskMode::automatic;  // --xsk-mode
    target::TrafficOption traffic;                   // instead of the scenario's
    double seconds = 1.0;                            // of a bench round
    int rounds = 5;
    // Benches end when they are exact enough, or this time is spent on all of them; none: rounds as
    // above (--duration, --rounds).
    std::optional<bench::PrecisionGoal> goal;
    bench::Settle settle{bench::kSettlePasses};  // --settle
    // --state: benches of the state that the traffic leads to, and of the one before any traffic
    bool state_kept = true;
    bool state_fresh = false;
    std::optional<model::Placement> placement;     // none: by the number of CPUs
    std::vector<target::TrafficShape> shapes{{}};  // one bench each
    std::vector<bench::Rate> rates;                // --rate
    bench::SearchOptions goals;                    // --loss, --exceed, --width
    // --cpus: of the scaling table, and what rates are offered from; none: no table, one generator
    std::vector<int> cpus;
    std::optional<std::string> device;        // --dev: a real interface, in the place of a veth
    std::optional<std::string> peer;          // --peer: what is sent over it arrives at the device
    std::string out;                          // --out: what is redirected leaves by it
    std::string out_peer;                     // --out-peer: the other end of that one's cable
    std::vector<std::uint32_t> queues;        // --queues: of the device, that are compared
    bool external_traffic = false;            // --traffic external: others send
    std::shared_ptr<remote::Session> remote;  // --remote: has the peer
    std::string remote_tool;                  // --remote-tool: of that
    std::vector<std::string> passed_on;       // to GoogleTest and Google Benchmark
    std::vector<std::string> settings;        // --set, as typed
    model::Labels labels;                     // --label
    std::string command_line;
    // Files beside the result begin so: "results/icmp_lb-native-...".
    std::string result_stem;

    // No other mode than offload.
    [[nodiscard]] bool only_offload() const {
        return std::all_of(modes.begin(), modes.end(),
                           [](model::Mode mode) { return mode == model::Mode::offload; });
    }
    // The bench is not one as fast as possible.
    [[nodiscard]] bool offers_rates() const { return bench && !rates.empty(); }
};

}  // namespace xdpbench::run
