// A program under test as the kernel has it, and its verdicts in test runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/action.h"

namespace xdpbench::model {

// A program under test as the kernel has it.
struct ProgramRecord {
    std::string name;
    std::string object;
    std::string function;
    std::uint32_t id = 0;
    std::string tag;
    std::uint32_t jited_bytes = 0;
    std::uint32_t xlated_bytes = 0;
    // What it took to verify it; what the kernel does not say is absent.
    std::optional<std::uint64_t> verified_insns;
    std::optional<std::uint64_t> total_states;
    std::optional<std::uint64_t> peak_states;
    std::vector<std::uint32_t> stack_bytes;  // of each function, the program itself first
    double load_seconds = 0;
    std::uint64_t padded_frames = 0;  // of the traffic; cut by the capture, padded with zeros
    std::uint64_t fcs_frames = 0;  // of the traffic; without the FCS that the capture has of them
};

// Frames run through BPF_PROG_TEST_RUN without an expectation.
struct VerdictRecord {
    std::string program;
    std::string traffic;
    std::uint64_t frames = 0;
    ActionTally actions{};
    std::uint64_t no_action = 0;  // returned something that is no action
    double seconds = 0;
    std::string not_reproducible;  // what differed in a second run; empty: nothing
};

}  // namespace xdpbench::model
