// What became of the frames of a replay.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/action.h"
#include "model/common.h"
#include "model/mode.h"
#include "model/xsk.h"

namespace xdpbench::model {

// The program was replaced again and again while frames were under way.
struct ReplacementRecord {
    std::uint64_t times = 0;
    std::uint64_t sent = 0;
    // Frames that each of the two handled, by their own counters; none where one of them has none.
    std::optional<std::uint64_t> by_first;
    std::optional<std::uint64_t> by_second;
    Losses losses;
    bool accounted_for = false;  // all frames
};

struct ReplayRecord {
    std::string program;
    Mode mode = Mode::native;
    NetworkKind network = NetworkKind::pair;
    std::string device;  // of real ports
    std::string peer;
    std::string out;  // what is redirected leaves by this one; empty: by the device itself
    std::string traffic;
    std::uint64_t sent = 0;
    ActionTally actions{};
    std::uint64_t no_action = 0;               // the program returned no XDP action
    std::string counted_by;                    // where `actions` comes from
    std::uint64_t received = 0;                // frames that came back to the tester side
    std::uint64_t passed = 0;                  // frames that reached the stack of the DUT side
    std::uint64_t forwarded = 0;               // frames that reached the far end of a chain
    std::optional<XskRecord> xsk;              // of a program that redirects to AF_XDP sockets
    std::map<int, std::uint64_t> passed_cpus;  // `passed`, by the CPU that ran the stack
    Losses losses;
    std::vector<CpuTally> cpus;                    // empty if the program does not count per CPU
    bool judged = false;                           // compared with the scenario's expectation
    bool accounted_for = false;                    // all frames
    std::optional<ReplacementRecord> replacement;  // if the scenario asks for it
};

}  // namespace xdpbench::model
