// What a program did with the frames of a generator that is not this tool's.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/common.h"

namespace xdpbench::model {

struct ExternalRecord {
    BenchSetup setup;
    Outcome outcome = Outcome::passed;
    std::string message;             // why it is skipped or invalid
    double seconds = 0;              // counted for so long
    double first_frame_seconds = 0;  // until the first frame arrived; not counted
    std::uint64_t handled = 0;       // by the program
    std::vector<double> rates;       // frames/s that it handled, by interval
    ActionTally actions{};
    std::vector<CpuTally> cpus;                   // empty if the program does not count per CPU
    std::uint64_t passed = 0;                     // reached the stack
    std::uint64_t forwarded = 0;                  // left by the port --out
    std::map<std::string, std::uint64_t> device;  // the port's counters of frames, that rose
    std::map<std::string, std::uint64_t> queues;  // the driver's counters of queues, that rose
    Losses losses;                      // the port's and the driver's counters of loss, that rose
    std::map<int, double> cpu_busy;     // share of the time that a CPU was not idle
    std::map<int, double> cpu_softirq;  // of that, in interrupts of the network and others
};

}  // namespace xdpbench::model
