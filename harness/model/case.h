// A case and how it ended.
#pragma once

#include <string>

#include "model/common.h"

namespace xdpbench::model {

// One check, one replay, one lan, one comparison of a replay between attach modes, or one device
// that was given the program.
struct CaseResult {
    std::string kind;     // "check", "replay", "lan", "modes" or "offload"
    std::string program;  // name of the scenario
    std::string mode;     // of a replay, a lan or a device; the others have none
    std::string name;
    std::string location;  // file:line:column in the scenario
    Outcome outcome = Outcome::passed;
    std::string message;  // why it failed, was skipped or is invalid
    double seconds = 0;
    std::string repeat;  // the command that runs this case alone
};

}  // namespace xdpbench::model
