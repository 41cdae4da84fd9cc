// `xdp-bench record`: a scenario with what a program does now, and that scenario brought up to
// date.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "target/target.h"

namespace xdpbench::record {

// Files written and what is to be said about them, a line each.
struct Recorded {
    std::vector<std::string> lines;
};

// Told what is under way.
using Progress = std::function<void(const std::string&)>;

// Runs the target's traffic and writes to `file` a scenario that expects of each frame the action
// and what came out, and of the maps what changed; frames that came out changed go to a pcap beside
// it. Neither file may exist. What is written is read again and run before it is left there.
Result<Recorded> record_scenario(const target::Target& target, const std::filesystem::path& file,
                                 const Progress& progress);

// Rewrites the expectations that do not hold of the checks in `file`, a scenario, to what the
// program does now. All else stays as it is, letter by letter. The lines say what did not hold.
// Where redirects lead is not rewritten: a check that fails because of that is an error.
Result<Recorded> update_scenario(const std::filesystem::path& file, const Progress& progress);

}  // namespace xdpbench::record
