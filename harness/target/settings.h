// What `--set` says, seen by a program.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/program.h"
#include "scenario/assignment.h"
#include "scenario/scenario.h"

namespace xdpbench::target {

// What one or several --set say.
Result<std::vector<scenario::Assignment>> parse_settings(const std::vector<std::string>& texts);

// Which of the settings are entries of the program's maps and which its global variables; without a
// key an array's entry 0 is meant. A map of a program that others loaded may be named by its id.
// The error for an unknown name lists those there are. Types are checked by Program::configure().
Result<scenario::Configuration> settings_for(const bpf::Program& program,
                                             const std::vector<scenario::Assignment>& settings);

// For a program that takes the place of one which was given the same settings. An entry of a map
// that is kept holds what was done to it since; what the new program does not have is left out.
struct AppliedSettings {
    scenario::Configuration configuration;
    std::vector<std::string> applied;   // names
    std::vector<std::string> left_out;  // names
};
Result<AppliedSettings> settings_for_replacement(const bpf::Program& program,
                                                 const std::vector<scenario::Assignment>& settings,
                                                 const bpf::MapTakeover& maps);

}  // namespace xdpbench::target
