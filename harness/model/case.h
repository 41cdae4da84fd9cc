// A case and how it ended.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/common.h"
#include "model/mode.h"

namespace xdpbench::model {

enum class CaseKind {
    check,
    replay,
    lan,
    modes,    // a replay compared between two attach modes
    offload,  // a device that was given the program
    qualify   // one of a card's qualification; `program` is its group
};
[[nodiscard]] std::string_view name_of(CaseKind kind);

struct CaseResult {
    CaseKind kind = CaseKind::check;
    std::string program;       // name of the scenario
    std::optional<Mode> mode;  // of a replay, a lan or a device; the others have none
    std::string name;
    std::string location;  // file:line:column in the scenario
    Outcome outcome = Outcome::passed;
    std::string message;  // why it failed, was skipped or is invalid
    double seconds = 0;
    std::string repeat;  // the command that runs this case alone
};

}  // namespace xdpbench::model
