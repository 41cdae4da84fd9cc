// What several kinds of results have in common.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/action.h"

namespace xdpbench::model {

enum class Outcome { passed, failed, skipped, invalid };
[[nodiscard]] const char* outcome_name(Outcome outcome);

inline constexpr double kMega = 1e6;  // packets/s in one Mpps

// Frames lost, by the name of the counter that says so. Counters that stand at 0 are left out.
using Losses = std::map<std::string, std::uint64_t>;

// Over real interfaces: the program runs where their interrupts lead.
inline constexpr const char* kOnDevice = "device";
inline constexpr int kCpuUnknown = -1;

// What is measured, and how it ended.
struct BenchSetup {
    std::string program;
    std::string mode;    // attach mode; "test_run": the program alone in the fresh-packet loop
    std::string action;  // the path that is timed
    bool mixed = false;  // the traffic takes other paths too (only without an expectation)
    std::string traffic;
    std::uint64_t frames = 0;    // in the traffic
    std::uint64_t shortest = 0;  // frame length, bytes without FCS
    std::uint64_t longest = 0;
    std::uint64_t flows = 0;
    // What the command line made of the traffic: "" as it is, else bytes with FCS, or "imix".
    std::string size;
    std::string
        variant;  // tells benches of one program and mode apart: "/size:64/flows:1000/separate"
    int cpu = 0;  // of the program; kCpuUnknown: device interrupts choose
    int generator_cpu = 0;  // the same if they share it
    // All that offer a rate; of several the ones above are the first, and each shares its CPU with
    // the program.
    std::vector<int> generator_cpus;
    // "shared": generator and program on one CPU; "separate"; "test_run"; kOnDevice
    std::string placement;
    std::string counted_by;
    Outcome outcome = Outcome::passed;
    std::string message;  // why it is skipped or invalid
};

}  // namespace xdpbench::model
