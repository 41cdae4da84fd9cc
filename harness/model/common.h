// What several kinds of results have in common.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/action.h"
#include "model/mode.h"
#include "model/outcome.h"
#include "model/placement.h"
#include "model/sender.h"

namespace xdpbench::model {

inline constexpr double kMega = 1e6;  // packets/s in one Mpps

// Frames lost, by the name of the counter that says so. Counters that stand at 0 are left out.
using Losses = std::map<std::string, std::uint64_t>;

inline constexpr int kCpuUnknown = -1;

// What is measured, and how.
struct BenchSetup {
    std::string program;
    std::optional<Mode> mode;      // none: the program alone in the fresh-packet loop
    std::optional<Action> action;  // the path that is timed; none: not found out
    bool mixed = false;  // the traffic takes other paths too (only without an expectation)
    std::string traffic;
    std::uint64_t frames = 0;    // in the traffic
    std::uint64_t shortest = 0;  // frame length, bytes without FCS
    std::uint64_t longest = 0;
    std::uint64_t flows = 0;
    // What the command line made of the traffic: "" as it is, else bytes with FCS, or "imix".
    std::string size;
    // Tells benches of one program and mode apart: "/size:64/flows:1000/separate".
    std::string variant;
    int cpu = 0;  // of the program; kCpuUnknown: device interrupts choose
    // The same if they share it; kCpuUnknown: the other machine's scheduler chooses.
    int generator_cpu = 0;
    // All that offer a rate; of several the ones above are the first, and each shares its CPU with
    // the program. Empty: one whose CPU is not known.
    std::vector<int> generator_cpus;
    bool generator_elsewhere = false;  // on the machine that --remote names, whose CPUs these are
    Placement placement = Placement::shared;
    Sender sender = Sender::live_frames;  // of a bench with a generator
    // Frames/s that the generators sent at most, of this traffic, before the program was measured;
    // 0: not measured, because they are no port's.
    double generator_maximum = 0;
    std::string counted_by;
    // Real ports: what is redirected leaves by this one, and is counted there or at its other end.
    // Empty: it leaves by the port that it came in.
    std::string out;
    std::string repeat;  // the command that measures this alone; empty: there is none

    // "native/size:64", "test_run"
    [[nodiscard]] std::string name() const;
};

}  // namespace xdpbench::model
