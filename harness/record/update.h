// Checks of a scenario's text brought up to date, without touching the rest of it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "record/recorded_steps.h"
#include "target/target.h"

namespace xdpbench::record {

struct UpdatedText {
    std::string text;
    std::vector<std::string> checks;  // names of those rewritten
    std::vector<std::string> lines;   // what did not hold and what else is to be said
};

// `text` is the scenario's own. Every check that fails is written anew from its YAML: its name,
// setup and keys unknown here stay, steps and map entries that do not hold get what the program
// does now. Frames that come out go to `out`. `progress` is told which check is
// under way.
Result<UpdatedText> update_checks(const target::Target& target, const std::string& text,
                                  check::RecordedFrames& out,
                                  const std::function<void(const std::string&)>& progress);

}  // namespace xdpbench::record
